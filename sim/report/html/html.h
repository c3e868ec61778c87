/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run as one HTML file that a browser shows without a network: all traps, the path of each over
 * the worlds, the three views, cycles as a flame chart. page.html, page.css and page.js are in the
 * program; what they show is a JSON document in the page, made from the event table and the events.
 */
#ifndef SIM_REPORT_HTML_HTML_H
#define SIM_REPORT_HTML_HTML_H

#include <stdio.h>

#include "sim/report/report.h"
#include "sim/trace/trace_list.h"

#define HTML_DATA_SCHEMA 1

struct html_input {
    const struct trace_list *list; /* every event of the run, and its header */
    const struct report *report;   /* NULL: a recorded trace, of which nothing else is known */
};

/*
 * Writes the page. False when memory is short: what is written then is no page. Write errors stay
 * in the stream.
 */
bool html_report(FILE *out, const struct html_input *input);

/*
 * The JSON document alone; its strings hold no <, > and &, so that it can stand in a page. As
 * above.
 *
 * Integers stand for values: a number from 0 is the value itself, -1-n is wide[n], 16 hex digits;
 * of a text it is its place in texts[], -1 is none. bodies[] has the different events of the run,
 * one after the other: kind, world and as many fields as kinds[] says. A trap, or a stretch between
 * traps, is one of lines[], as columns[] names its parts: its shape is its events, its times what
 * each took.
 */
bool html_data(FILE *out, const struct html_input *input);

#endif
