#ifndef BASE_STEP_H
#define BASE_STEP_H

/*
 * Named steps, at which a test lets the process die: step("flight.noted").
 *
 * Only the program `dateline-steps` has them (and a smaller flight record); elsewhere they compile to
 * nothing. There $DATELINE_STEP, "NAME:N", names the step at whose Nth hit (of all threads together) the
 * process kills itself by SIGKILL, and the file $DATELINE_STEPS gets a line with the name of each step that
 * is passed. Both are read at the first step.
 */
#ifdef DATELINE_STEPS
#define step(name) step_pass(name)
#else
#define step(name) ((void)0)
#endif

void step_pass(const char *name);

#endif
