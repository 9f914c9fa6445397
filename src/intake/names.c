/* What columns are called. A name is compared without case, blanks, "_", "-" and ".", so that
 * "Customer ID", "customer_id" and "customerId" are one; the lists stand in the order of
 * certainty. Where nothing fits, the last part of a nested name ("user.id", "properties.time")
 * and the end of a longer one ("shop_customer_id", "booked_at") are tried. */
#include "intake/inside.h"

enum { ENDING = 400 }; /* ranks of the weakest kind of likeness */

static const char *const case_names[] = {"case:concept:name",
                                         "caseid",
                                         "case",
                                         "case:id",
                                         "caseidentifier",
                                         "casekey",
                                         "caseno",
                                         "casenumber",
                                         "casename",
                                         "traceid",
                                         "trace",
                                         "trace:concept:name",
                                         "processinstanceid",
                                         "processinstance",
                                         "ticketid",
                                         "ticket",
                                         "ticketno",
                                         "ticketnumber",
                                         "ticketkey",
                                         "journeyid",
                                         "journey",
                                         "incidentid",
                                         "incidentnumber",
                                         "dossierid",
                                         NULL};
static const char *const customer_names[] = {"customerid",
                                             "customer",
                                             "customerno",
                                             "customernumber",
                                             "customerkey",
                                             "customeruuid",
                                             "userid",
                                             "user",
                                             "userpseudoid",
                                             "useruuid",
                                             "personid",
                                             "person",
                                             "visitorid",
                                             "visitor",
                                             "fullvisitorid",
                                             "clientid",
                                             "client",
                                             "memberid",
                                             "member",
                                             "contactid",
                                             "contact",
                                             "subscriberid",
                                             "subscriber",
                                             "accountid",
                                             "account",
                                             "distinctid",
                                             "anonymousid",
                                             "uid",
                                             "who",
                                             "custid",
                                             "custno",
                                             "custnum",
                                             "cust",
                                             "patientid",
                                             "patient",
                                             "studentid",
                                             "student",
                                             "passengerid",
                                             "passenger",
                                             "guestid",
                                             "playerid",
                                             "player",
                                             "employeeid",
                                             "leadid",
                                             "prospectid",
                                             "email",
                                             "emailaddress",
                                             "cookie",
                                             "cookieid",
                                             "deviceid",
                                             "phone",
                                             "phonenumber",
                                             NULL};
static const char *const visit_names[] = {
    "sessionid", "session",   "gasessionid", "visitid",       "visit",       "orderid",
    "order",     "orderno",   "ordernumber", "applicationid", "application", "claimid",
    "claim",     "requestid", "bookingid",   "invoiceid",     "parcelid",    "objectid",
    "entityid",  "id",        NULL};
static const char *const event_names[] = {
    "concept:name", "eventname",  "event",     "activity",    "activityname", "touchpoint",
    "action",       "actionname", "eventtype", "eventaction", "activitytype", "step",
    "stepname",     "task",       "taskname",  "operation",   "milestone",    NULL};
static const char *const vague_event_names[] = {
    "type", "name",     "kind",    "what",        "status", "state", "stage",
    "page", "pagename", "message", "interaction", "label",  NULL};
static const char *const time_names[] = {"time:timestamp",
                                         "timestamp",
                                         "eventtimestamp",
                                         "eventtime",
                                         "time",
                                         "datetime",
                                         "ts",
                                         "date",
                                         "eventdate",
                                         "at",
                                         "occurredat",
                                         "happenedat",
                                         "when",
                                         "clienteventtime",
                                         "servertime",
                                         "createdat",
                                         "created",
                                         "createdtime",
                                         "receivedat",
                                         "loggedat",
                                         "activitytime",
                                         "utctime",
                                         "timeutc",
                                         "day",
                                         NULL};
static const char *const time_endings[] = {"timestamp", "datetime", "time",
                                           "date",      "timeutc",  NULL};
static const char *const begin_names[] = {
    "starttimestamp", "starttime", "startedat",      "startdatetime", "startdate",
    "start",          "started",   "begintimestamp", "begintime",     "begindate",
    "begin",          "beganat",   "time:start",     "timestart",     NULL};
static const char *const end_names[] = {
    "endtimestamp",    "endtime",     "endedat",        "enddatetime",
    "enddate",         "end",         "ended",          "completetimestamp",
    "completetime",    "completedat", "completiontime", "completed",
    "finishtimestamp", "finishtime",  "finishedat",     "finished",
    "finish",          "time:end",    "timeend",        NULL};

size_t intake_plain_name(trod_str name, char at[64]) {
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < 63; i++) {
        const char c = name.at[i];
        if (c == ' ' || c == '_' || c == '-' || c == '.' || c == '\t') continue;
        at[n++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    at[n] = '\0';
    return n;
}

bool intake_is_case_column(trod_str name) {
    return trod_str_starts(name, TROD_STR("case:")) ||
           trod_str_starts(name, TROD_STR("(case)"));
}

static int position(const char *const *names, const char *plain) {
    for (int i = 0; names[i]; i++)
        if (names[i][0] == plain[0] && strcmp(names[i], plain) == 0) return i;
    return -1;
}

/* Position of the name that the column's name ends with; names that are too short to mean
 * anything at the end of another are not tried. */
static int ending(const char *const *names, const char *plain, size_t n) {
    for (int i = 0; names[i]; i++) {
        const size_t length = strlen(names[i]);
        if (length >= 4 && length < n && strcmp(plain + n - length, names[i]) == 0) return i;
    }
    return -1;
}

/* "booked_at", "bookedAt", "booked at", "click_ts". */
static bool ends_in_at(trod_str name) {
    if (name.n < 4) return false;
    const trod_str end = {name.at + name.n - 3, 3};
    const char before = name.at[name.n - 3];
    const bool apart = before == '_' || before == ' ' || before == '-' || before == '.';
    return (apart &&
            (trod_str_ends(end, TROD_STR("at")) || trod_str_ends(end, TROD_STR("ts")))) ||
           (before >= 'a' && before <= 'z' && trod_str_ends(end, TROD_STR("At")));
}

static const char *const *names_of(enum intake_part part) {
    static const char *const *const all[] = {
        [INTAKE_PART_CASE] = case_names,
        [INTAKE_PART_CUSTOMER] = customer_names,
        [INTAKE_PART_VISIT] = visit_names,
        [INTAKE_PART_EVENT] = event_names,
        [INTAKE_PART_VAGUE_EVENT] = vague_event_names,
        [INTAKE_PART_TIME] = time_names,
        [INTAKE_PART_BEGIN] = begin_names,
        [INTAKE_PART_END] = end_names,
    };
    return all[part];
}

int intake_rank(enum intake_part part, trod_str name) {
    char plain[64];
    const char *const *const names = names_of(part);
    const size_t n = intake_plain_name(name, plain);
    int at = position(names, plain);
    if (at >= 0) return at;
    if (part != INTAKE_PART_CASE && intake_is_case_column(name)) return -1;
    const char *const dot = memrchr(name.at, '.', name.n);
    if (dot) {
        const trod_str last = {dot + 1, (size_t)(name.at + name.n - dot) - 1};
        intake_plain_name(last, plain);
        at = position(names, plain);
        if (at >= 0) return INTAKE_RANK_NESTED + at;
        intake_plain_name(name, plain);
    }
    switch (part) {
    case INTAKE_PART_TIME:
        at = ending(time_endings, plain, n);
        if (at < 0 && ends_in_at(name)) at = 50;
        break;
    case INTAKE_PART_CUSTOMER:
    case INTAKE_PART_EVENT:
        at = ending(names, plain, n);
        break;
    default:
        break;
    }
    return at >= 0 ? ENDING + at : -1;
}
