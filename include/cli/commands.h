#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/command.h"

/* The rows of command_table, each in its own cmd_<name>.c. */
extern const struct command cmd_list_new;
extern const struct command cmd_list_set;
extern const struct command cmd_list_import;
extern const struct command cmd_list_export;
extern const struct command cmd_list_show;
extern const struct command cmd_list_add;
extern const struct command cmd_list_remove;
extern const struct command cmd_list_move;
extern const struct command cmd_list_history;
extern const struct command cmd_list_undo;
extern const struct command cmd_suppress_add;
extern const struct command cmd_suppress_remove;
extern const struct command cmd_suppress_show;
extern const struct command cmd_suppress_why;
extern const struct command cmd_config_check;
extern const struct command cmd_config_show;
extern const struct command cmd_release_new;
extern const struct command cmd_release_import;
extern const struct command cmd_release_check;
extern const struct command cmd_release_show;
extern const struct command cmd_release_preview;
extern const struct command cmd_cancel;
extern const struct command cmd_hold;
extern const struct command cmd_init;
extern const struct command cmd_key_new;
extern const struct command cmd_key_show;
extern const struct command cmd_log;
extern const struct command cmd_resolve;
extern const struct command cmd_resume;
extern const struct command cmd_send;
extern const struct command cmd_status;
extern const struct command cmd_version;

#endif
