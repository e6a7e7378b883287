/* SPDX-License-Identifier: Apache-2.0 */
/* Times as people write and read them. Pure functions. */
(function () {
    'use strict';

    const C = window.ClockifyBridge = window.ClockifyBridge || {};
    const number = (text) => Number(text.replace(',', '.'));

    /* "1h 15m", "1:15", "90m", "1.5h" and the like to seconds; null when it is none of them. */
    C.parseDuration = function (text) {
        const clean = text.trim().toLowerCase();
        const clock = /^(\d{1,3}):([0-5]\d)(?::([0-5]\d))?$/.exec(clean);
        if (clock) return positive(clock[1] * 3600 + clock[2] * 60 + Number(clock[3] || 0));
        const words = /^(?:(\d+(?:[.,]\d+)?)\s*(?:h|hours?|std\.?|stunden?))?\s*(?:(\d+(?:[.,]\d+)?)\s*(?:m|min\.?|minutes?|minuten?))?$/.exec(clean);
        if (!words || !(words[1] || words[2])) return null;
        return positive(Math.round(number(words[1] || '0') * 3600 + number(words[2] || '0') * 60));
    };

    function positive(seconds) {
        return seconds > 0 && seconds <= 31 * 86400 ? seconds : null;
    }

    /* 3725 to "1:02:05". */
    C.clock = function (seconds) {
        const whole = Math.max(0, Math.floor(seconds));
        const two = (value) => String(value).padStart(2, '0');
        return Math.floor(whole / 3600) + ':' + two(Math.floor(whole / 60) % 60) + ':' + two(whole % 60);
    };

    /* 4500 to "1h 15m"; what is shorter than a minute, in seconds. */
    C.duration = function (seconds) {
        if (seconds < 60) return Math.max(0, Math.round(seconds)) + 's';
        const minutes = Math.round(seconds / 60);
        const parts = [];
        if (minutes >= 60) parts.push(Math.floor(minutes / 60) + 'h');
        if (minutes % 60) parts.push(minutes % 60 + 'm');
        return parts.join(' ');
    };

    C.timeOfDay = (iso) => new Date(iso).toLocaleTimeString(document.documentElement.lang || [], {hour: '2-digit', minute: '2-digit'});
    C.day = (iso) => new Date(iso).toLocaleDateString(document.documentElement.lang || [], {day: 'numeric', month: 'short', year: 'numeric'});
    C.isToday = (iso) => new Date(iso).toDateString() === new Date().toDateString();
    C.wire = (date) => date.toISOString().replace(/\.\d+Z$/, 'Z');

    /* "2026-11-24" of the day here, as <input type=date> has it. */
    C.today = function () {
        const now = new Date();
        return new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
    };

    /*
     * What entry.add wants from the four fields: {start, end}, {start, seconds} or {seconds}. null: they do not say
     * enough; "order": the end lies before the start.
     */
    C.span = function (duration, day, from, to) {
        const seconds = duration.trim() ? C.parseDuration(duration) : null;
        if (duration.trim() && !seconds) return null;
        const at = (time) => new Date(day + 'T' + time);
        if (from && to && !seconds) return at(to) > at(from) ? {start: C.wire(at(from)), end: C.wire(at(to))} : 'order';
        if (from && seconds) return {start: C.wire(at(from)), seconds};
        if (to && seconds) return {end: C.wire(at(to)), seconds};
        return seconds && day === C.today() ? {seconds} : null;
    };
})();
