// Sets the widths of bars, sorts tables by a column, fits the map to the page. Every figure is in the
// text as well, so the report can be read without this.
for (const bar of document.querySelectorAll('[data-w]')) bar.style.width = bar.dataset.w + '%';
for (const table of document.querySelectorAll('table.sort')) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.append(...head.childNodes);
    head.append(button);
    button.onclick = () => {
      const up = head.getAttribute('aria-sort') === 'descending';
      heads.forEach(other => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const value = row => row.cells[column].dataset.v ?? row.cells[column].textContent;
      const order = (a, b) => {
        const x = value(a), y = value(b), n = x - y;
        return Number.isNaN(n) ? x.localeCompare(y) : n;
      };
      const rows = [...table.tBodies[0].rows].sort((a, b) => up ? order(a, b) : order(b, a));
      table.tBodies[0].append(...rows);
    };
  });
}
const fit = document.getElementById('fit');
if (fit) {
  fit.hidden = false;
  fit.onclick = () => {
    const on = fit.closest('section').classList.toggle('fit');
    fit.setAttribute('aria-pressed', on);
  };
}
