(function () {
  var wanted = 'system';
  try {
    wanted = localStorage.getItem('rowport.theme') || 'system';
  } catch (_) {
    // Storage is switched off: follow the system.
  }
  var dark = wanted === 'dark' || (wanted === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
