// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The other process in the ledger's tests. Prints a line per fact, waits for a line on its input
// where the test wants to say when.
#include <glib.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "base/text.h"
#include "ledger/jobs.h"

using prompt::JobState;
using prompt::Result;
using prompt::ledger::JobRow;
using prompt::ledger::Ledger;

namespace {

void say(const std::string& line) { std::cout << line << std::endl; }

void wait_for_go() {
  std::string line;
  std::getline(std::cin, line);
}

JobRow make_job(const std::string& hash) {
  JobRow job;
  job.id = prompt::make_uuid();
  job.request_hash = hash;
  job.request_json = "{}";
  job.provider = "vibegen";
  job.base_url = "https://api.example";
  job.model = "seedance";
  job.media = "video";
  job.prompt = "a fox";
  job.credits_expected = 10;
  return job;
}

// read: what is in there, and what comes of writing.
int read(Ledger& ledger) {
  const auto jobs = ledger.list({}, prompt::ledger::Order::newest_first, 0, 1000);
  if (!jobs) {
    say(jobs.error().message);
    return 1;
  }
  for (const JobRow& job : *jobs) {
    if (const auto results = ledger.results(job.row); !results) {
      say(results.error().message);
      return 1;
    }
  }
  say("jobs " + std::to_string(jobs->size()));
  JobRow job = make_job("new");
  const Result<void> done = ledger.insert(job, std::nullopt);
  say(done ? "inserted" : std::string(to_string(done.error().kind)) + " " + done.error().message);
  return 0;
}

// own ROW: takes it and keeps it.
int own(Ledger& ledger, std::int64_t row) {
  const Result<bool> mine = ledger.try_own(row);
  say(!mine ? mine.error().message : *mine ? "owned" : "taken");
  wait_for_go();
  return 0;
}

// cap N LIMIT: N jobs of 10 credits each under a daily limit.
int spend(Ledger& ledger, int jobs, double limit) {
  say("ready");
  wait_for_go();
  int inserted = 0;
  for (int i = 0; i < jobs; ++i) {
    JobRow job = make_job(prompt::make_uuid());
    const Result<void> done = ledger.insert(job, limit);
    if (done) {
      ++inserted;
    } else if (done.error().kind != prompt::ErrorKind::settings) {
      say(done.error().message);
      return 1;
    }
  }
  say(std::to_string(inserted));
  return 0;
}

// claim N: N lost jobs, each after one of the same N tasks.
int claim(Ledger& ledger, int tasks) {
  std::vector<JobRow> jobs;
  for (int i = 0; i < tasks; ++i) {
    JobRow job = make_job(prompt::make_uuid());
    if (!ledger.insert(job, std::nullopt) || !ledger.begin_submit(job.row) ||
        !ledger.arm(job.row, prompt::ledger::now_unix_ms()))
      return 1;
    jobs.push_back(job);
  }
  say("ready");
  wait_for_go();
  std::string won;
  for (int i = 0; i < tasks; ++i) {
    JobRow& job = jobs[static_cast<std::size_t>(i)];
    job.state = JobState::queued;
    job.task_id = "task-" + std::to_string(i);
    won.push_back(ledger.accept(job) ? '1' : '0');
  }
  say(won);
  return 0;
}

// single N: N requests, each looked up and inserted where there is none; done at once.
int single(Ledger& ledger, int requests) {
  say("ready");
  wait_for_go();
  std::string won;
  for (int i = 0; i < requests; ++i) {
    const std::string hash = "request-" + std::to_string(i);
    const auto newest = ledger.newest_for_request(hash);
    if (!newest) return 1;
    JobRow job = make_job(hash);
    if (newest->has_value() || !ledger.insert(job, std::nullopt)) {
      won.push_back('0');
      continue;
    }
    job.state = JobState::ready;
    if (!ledger.update(job)) return 1;
    won.push_back('1');
  }
  say(won);
  return 0;
}

// write: jobs through all states, for ever; says what has been committed.
int write(Ledger& ledger) {
  for (;;) {
    JobRow job = make_job(prompt::make_uuid());
    if (!ledger.insert(job, std::nullopt)) return 1;
    say("intended " + job.id);
    if (!ledger.begin_submit(job.row) || !ledger.arm(job.row, prompt::ledger::now_unix_ms()))
      return 1;
    say("armed " + job.id);
    job.state = JobState::queued;
    job.task_id = "task-of-" + job.id;
    if (!ledger.accept(job)) return 1;
    say("accepted " + job.id);
    job.state = JobState::ready;
    prompt::ledger::ResultRow result;
    result.file = job.id + ".mp4";
    if (!ledger.update_with_results(job, {result, result})) return 1;
    say("ready " + job.id);
  }
}

// fill BYTES: jobs until files may not grow any more.
int fill(Ledger& ledger, rlim_t bytes) {
  signal(SIGXFSZ, SIG_IGN);
  const struct rlimit limit { bytes, bytes };
  setrlimit(RLIMIT_FSIZE, &limit);
  for (;;) {
    JobRow job = make_job(prompt::make_uuid());
    job.prompt = std::string(2000, 'x');
    const Result<void> done = ledger.insert(job, std::nullopt);
    if (!done) {
      say(std::string("error ") + prompt::to_string(done.error().kind));
      return 0;
    }
    say("intended " + job.id);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string command = argv[2];
  const int number = argc > 3 ? std::atoi(argv[3]) : 0;
  // What an ordinary user may not do, root could.
  if ((command == "open" || command == "read") && geteuid() == 0 &&
      setresuid(65534, 65534, 65534) != 0) {
    say("no-nobody");
    return 0;
  }
  const Result<std::shared_ptr<Ledger>> ledger = Ledger::open(argv[1]);
  if (command == "open" || !ledger) {
    say(ledger ? "opened"
               : std::string(to_string(ledger.error().kind)) + " " + ledger.error().message);
    return 0;
  }
  if (command == "read") return read(**ledger);
  if (command == "own") return own(**ledger, number);
  if (command == "cap") return spend(**ledger, number, std::atof(argv[4]));
  if (command == "claim") return claim(**ledger, number);
  if (command == "single") return single(**ledger, number);
  if (command == "write") return write(**ledger);
  if (command == "fill") return fill(**ledger, static_cast<rlim_t>(number));
  return 2;
}
