// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/command.h"

#include <array>

#include "tool/terminal.h"

namespace prompt::tool {
namespace {

constexpr std::array all_commands = {
    Command{
        "generate", "PROMPT", "Make takes of a shot, as files",
        "Asks the provider for so many takes at once and puts each beside its facts: "
        "NAME_take_01.mp4 and NAME_take_01.json. What is in the library costs nothing, and what "
        "was asked for already is joined: the same line again goes on where it was. The price "
        "is told before anything is paid.",
        generate_options, generate},
    Command{
        "batch", "SHOTS.csv|.json", "Make all takes of a list of shots, as files",
        "A shot a row: the columns are name, prompt, takes, any property (duration, model, image, "
        "...), and set:NAME for further fields. A second run makes only what is missing; what "
        "failed is asked for again, what may have been paid is not. Everything that is wrong "
        "with the list is told before anything is paid.",
        batch_options, batch},
    Command{"takes", "[SHOT...]", "Show the takes in a folder",
            "The chosen take of each shot, or the last one if none was chosen, has a star.",
            takes_options, takes},
    Command{"choose", "SHOT TAKE", "Choose a take of a shot", "Its sidecar says so.",
            choose_options, choose},
    Command{
        "sheet", "[SHOT...]", "Show takes side by side, on a page that works from the disk",
        "Videos play when the mouse is on them, and with sound when they are clicked; / filters, "
        "arrows and Enter do without a mouse.",
        sheet_options, sheet},
    Command{"timeline", "[SHOT...]", "Write a cut that an editor opens",
            "The chosen take of each shot, in the order of their names or of the line, with the "
            "prompts as markers.",
            timeline_options, timeline},
    Command{
        "export", "[SHOT...]", "Write takes in codings that editors like",
        "The chosen take of each shot, every frame a key frame, sound as PCM of 48 kHz. Frames, "
        "length and sound are compared with the take's. A folder of exports is one of takes: "
        "'timeline -i' takes it.",
        export_options, export_takes},
    Command{"quote", "PROMPT", "Say what it would cost and how long it would take",
            "Asks nobody, pays nothing and needs no key.", quote_options, quote},
    Command{"list", "[TEXT]", "Show the jobs of the library, newest first",
            "TEXT is looked for in the prompts. Where stdout is no terminal, columns are parted by "
            "tabs and there is no heading.",
            list_options, list},
    Command{"show", "ID...", "Show all that is known of jobs",
            "An id may be shortened to the four characters or more that no other begins with.",
            show_options, show},
    Command{"collect", "[ID...]", "Fetch what is unfinished",
            "Goes on with every job that was sent and has not its clip (or with these), so that "
            "nothing expires at the provider. Submits nothing and pays nothing.",
            collect_options, collect},
    Command{"attach", "PROVIDER TASK-ID", "Fetch a task that exists at a provider",
            "Pays nothing. PROVIDER's key is needed.", attach_options, attach},
    Command{"cancel", "ID...", "Cancel jobs, where the provider can",
            "Says what may still be charged.", cancel_options, cancel},
    Command{"spend", "", "Show what was spent",
            "By provider and unit: credits of different providers are different currencies. "
            "Rehearsals and what was given back are not in it.",
            spend_options, spend},
    Command{"providers", "", "Show who can be asked, and whether there is a key", "",
            providers_options, providers},
    Command{"check", "[ID...]", "Compare the library's files with what was downloaded",
            "Without an id, all of them.", check_options, check},
    Command{"remove", "ID...", "Take jobs and their clips out of the library",
            "Asking for the same again then pays again. What may be under way at the provider, and "
            "what was paid for and never fetched, goes only with --force.",
            remove_options, remove},
    Command{"prune", "", "Take many out, by age, state or size",
            "Asking for the same again then pays again. With --dry-run it is only shown.",
            prune_options, prune},
};

}  // namespace

std::span<const Command> commands() { return all_commands; }

const Command* find_command(std::string_view name) {
  for (const Command& command : all_commands)
    if (name == command.name) return &command;
  return nullptr;
}

ExitCode say_error(const Error& error, bool was_sent) {
  say(error.message);
  return exit_code_of(error, was_sent);
}

ExitCode say_usage(const Command& command, const Error& error) {
  const ExitCode code = exit_code_of(error, false);
  say(error.message + (code == ExitCode::usage
                           ? std::string("\nTry 'gst-prompt ") + command.name + " --help'."
                           : std::string()));
  return code;
}

}  // namespace prompt::tool
