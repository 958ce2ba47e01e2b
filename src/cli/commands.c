/*
 * All commands, in the order of the help. A new command is a cmd_<name>.c, a
 * declaration in cli/commands.h and a line here.
 */
#include "cli/commands.h"

const struct command *const command_table[] = {
	&cmd_init,
	&cmd_list_new,
	&cmd_list_set,
	&cmd_list_import,
	&cmd_list_export,
	&cmd_list_show,
	&cmd_list_add,
	&cmd_list_remove,
	&cmd_list_move,
	&cmd_list_history,
	&cmd_list_undo,
	&cmd_release_new,
	&cmd_release_import,
	&cmd_release_check,
	&cmd_release_show,
	&cmd_release_preview,
	&cmd_send,
	&cmd_status,
	&cmd_hold,
	&cmd_resume,
	&cmd_cancel,
	&cmd_resolve,
	&cmd_log,
	&cmd_suppress_add,
	&cmd_suppress_remove,
	&cmd_suppress_show,
	&cmd_suppress_why,
	&cmd_key_new,
	&cmd_key_show,
	&cmd_config_check,
	&cmd_config_show,
	&cmd_version,
};

const size_t command_count = sizeof(command_table) / sizeof(command_table[0]);

const struct command *const command_overview = &cmd_status;
