/* main: the door of the program. Finds the command by its name and runs it. */
#include <stdio.h>

int main(void) {
    puts("trod " TROD_VERSION);
    return 0;
}
