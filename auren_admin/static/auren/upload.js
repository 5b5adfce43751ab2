'use strict';
// Of a chosen folder only the contract files are sent. Without scripts all of it is, and the server picks.
{
    const PLACES = /(^|\/)(shared_modules\/kpi_registry(\/[^/]+)?|[^/]+_modules\/kpi_bindings|roster|actions)\.ya?ml$/;
    const YAML = /\.ya?ml$/i;

    function pick(input) {
        const files = [...input.files];
        const known = files.filter(file => PLACES.test(file.webkitRelativePath));
        const kept = new DataTransfer();
        for (const file of known.length ? known : files.filter(file => YAML.test(file.name))) {
            kept.items.add(file);
        }
        input.files = kept.files;
        input.setCustomValidity(files.length && !kept.files.length ? 'This folder holds no YAML file.' : '');
        input.reportValidity();
    }

    for (const input of document.querySelectorAll('input[webkitdirectory]')) {
        input.addEventListener('change', () => pick(input));
    }
}
