/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim completion: the script that completes sim's command lines in a shell. */
#include <string.h>

#include "sim/cmd.h"
#include "sim/commands.h"
#include "sim/options.h"
#include "sim/report/verdict.h"

struct shell {
    const char *name;
    const char *head, *between, *tail; /* commands stand before `between`, options behind it */
    const char *command;               /* of each command: %s is its name, the next one its help */
};

/* Words of sim's own come from `sim __complete`; where it knows none, files are completed. */
static const struct shell shells[] = {
    {
        .name = "bash",
        .head = "# bash completion of sim; source it, or put it where bash-completion looks.\n"
                "_sim()\n"
                "{\n"
                "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
                "    local command=${COMP_WORDS[1]} options valued names IFS=$' \\t\\n'\n"
                "    COMPREPLY=()\n"
                "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                "        COMPREPLY=($(compgen -W '",
        .between = "--help --version' -- \"$word\"))\n"
                   "        return\n"
                   "    fi\n"
                   "    case $command in\n",
        .tail = "    *) return ;;\n"
                "    esac\n"
                "    # readline takes = for a word of its own: --name = value\n"
                "    if [ \"$word\" = = ]; then word=\n"
                "    elif [ \"$before\" = = ]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
                "    [[ $before = -* && $valued = *\" $before \"* ]] || before=\n"
                "    if [ -z \"$before\" ] && [[ $word = -* ]]; then\n"
                "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
                "        return\n"
                "    fi\n"
                "    IFS=$'\\n'\n"
                "    names=$(sim __complete \"$command\" \"$before\" \"$word\" 2>/dev/null)\n"
                "    COMPREPLY=($(compgen -W \"$names\" -- \"$word\"))\n"
                "    [ ${#COMPREPLY[@]} -ne 0 ] || COMPREPLY=($(compgen -f -- \"$word\"))\n"
                "    [[ ${#COMPREPLY[@]} -eq 1 && $COMPREPLY = */ ]] && compopt -o nospace\n"
                "}\n"
                "complete -o filenames -F _sim sim\n",
        .command = "%s ",
    },
    {
        .name = "zsh",
        .head = "#compdef sim\n"
                "# zsh completion of sim: a file _sim in a folder of $fpath.\n"
                "_sim_value()\n"
                "{\n"
                "    local -a names\n"
                "    names=(${(f)\"$(sim __complete \"$1\" \"${2-}\" \"$PREFIX\" 2>/dev/null)\"})\n"
                "    if (( $#names )); then compadd -S '' -- $names; else _files; fi\n"
                "}\n"
                "_sim()\n"
                "{\n"
                "    local -a commands\n"
                "    commands=(\n",
        .between = "    )\n"
                   "    if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
                   "    local command=$words[2]\n"
                   "    shift words\n"
                   "    (( CURRENT-- ))\n"
                   "    case $command in\n",
        .tail = "    esac\n"
                "}\n"
                "if [ \"$funcstack[1]\" = _sim ]; then _sim \"$@\"; else compdef _sim sim; fi\n",
        .command = "        '%s:%s'\n",
    },
    {
        .name = "fish",
        .head = "# fish completion of sim: sim.fish in ~/.config/fish/completions.\n",
        .between = "",
        .tail = "",
        .command = "complete -c sim -n __fish_use_subcommand -f -a %s -d '%s'\n",
    },
};

static const struct command_help help = {
    .usage = "sim completion bash|zsh|fish",
    .about =
        "Prints the completion script of a shell, made from the tables of options. It completes\n"
        "commands, options, scenario files, tags, events, kernels and error codes.",
    .epilogue = "examples:\n"
                "  source <(sim completion bash)\n"
                "  sim completion bash > ~/.local/share/bash-completion/completions/sim\n"
                "  sim completion zsh > \"${fpath[1]}/_sim\"\n"
                "  sim completion fish > ~/.config/fish/completions/sim.fish\n"
                "\n"
                "exit status: 0 printed; 2 wrong usage\n",
};

/* Inside single quotes. */
static void put_quoted(const char *text)
{
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*text);
}

/* Name and help, each once and in this order, for the "%s" of shell->command. */
static void put_command(const struct shell *shell, const struct command *command)
{
    const char *texts[] = {command->name, command->help};
    const char *rest = shell->command, *next;
    for (size_t i = 0; i < 2 && (next = strstr(rest, "%s")); i++, rest = next + 2) {
        printf("%.*s", (int)(next - rest), rest);
        put_quoted(texts[i]);
    }
    fputs(rest, stdout);
}

int cmd_completion(int argc, char **argv)
{
    static const struct option_row rows[] = {{0}};
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (operands != 1)
        return usage_error("completion", "which shell: bash, zsh or fish?");
    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
        const struct shell *shell = &shells[i];
        if (strcmp(shell->name, argv[0]) != 0)
            continue;
        fputs(shell->head, stdout);
        for (const struct command *command = commands; command->name; command++)
            put_command(shell, command);
        fputs(shell->between, stdout);
        for (const struct command *command = commands; command->name; command++)
            command_describe(command, shell->name);
        fputs(shell->tail, stdout);
        return EXIT_OK;
    }
    return usage_error("completion", "'%s' is none of bash, zsh, fish", argv[0]);
}
