// Which colour and text Grafana gives values: read as JSON from stdin, answered as JSON on stdout.
// In: a list of {fieldConfig, values}; null is no value, "NaN" not a number. Out: for each, for each of the two themes,
// a list of {color, text}. The code that decides is Grafana's own (@grafana/data, Apache-2.0).
"use strict";

// It asks for the language as soon as it is loaded.
Object.defineProperty(globalThis, "navigator", {
    value: {language: "en-US", languages: ["en-US"]},
    configurable: true,
});
const {createTheme, FieldType, formattedValueToString, getDisplayProcessor} = require("@grafana/data");

const themes = ["dark", "light"].map(mode => createTheme({colors: {mode}}));

// JSON has no minus infinity; Grafana puts it back when it loads a dashboard.
function loaded(config) {
    const steps = config.thresholds.steps.map(step => ({...step, value: step.value ?? -Infinity}));
    return {...config, thresholds: {...config.thresholds, steps}};
}

function shown({fieldConfig, values}) {
    const config = loaded(fieldConfig.defaults);
    const numbers = values.map(value => (value === "NaN" ? NaN : value));
    return themes.map(theme => {
        const display = getDisplayProcessor({field: {type: FieldType.number, name: "Value", config, values: numbers, state: {}}, theme});
        return numbers.map(value => {
            const found = display(value);
            return {color: found.color, text: formattedValueToString(found)};
        });
    });
}

process.stdout.write(JSON.stringify(JSON.parse(require("fs").readFileSync(0, "utf8")).map(shown)));
