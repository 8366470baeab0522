// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The origin that the results come from: signed URLs, ranges, validators, a rate; and the faults of
// all that. On the main loop's thread.
#pragma once

#include <string>

#include "rehearsal/faults/faults.h"
#include "rehearsal/net/url_signer.h"
#include "rehearsal/net/wire.h"
#include "rehearsal/options.h"
#include "rehearsal/render/render_queue.h"
#include "rehearsal/request_log.h"
#include "rehearsal/stats.h"
#include "rehearsal/tasks/task_store.h"

namespace prompt::rehearsal {

struct MediaFile {
  std::shared_ptr<const FileDescriptor> file;
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< Unix seconds
  std::string etag;           ///< strong, with its quotes
  std::string content_type;
};

class MediaServer {
 public:
  /// All references outlive the server.
  MediaServer(const Options& options, UrlSigner signer, const TaskStore& tasks,
              const RenderQueue& renders, Faults& faults, Stats& stats, RequestLog& log);

  /// "http://127.0.0.1:PORT" of this origin, and where unwanted visits are counted.
  void set_origins(std::string media, std::string canary, int canary_port);

  /// A fresh signed URL of a task's result. `index` counts from 0.
  [[nodiscard]] std::string url_of(const Task& task, std::size_t index) const;

  /// The result itself as a data: URI; empty if the file cannot be read.
  [[nodiscard]] std::string data_url_of(const Task& task, std::size_t index) const;

  [[nodiscard]] Script handle(const HttpRequest& request);
  /// The bytes of a result below an address of the API's, which has asked for the key already.
  [[nodiscard]] Script hand_out(const HttpRequest& request, const Task& task, std::size_t index);

 private:
  [[nodiscard]] Script account(const HttpRequest& request, const std::string& path, int status,
                               const FiredFaults& fired, Script script);
  [[nodiscard]] Script serve(const HttpRequest& request, const std::string& path,
                             const FiredFaults& fired, int& status);
  [[nodiscard]] Script serve_result(const HttpRequest& request, const std::string& path,
                                    const Task& task, std::size_t index, const FiredFaults& fired,
                                    int& status);
  [[nodiscard]] Script deliver(const HttpRequest& request, const std::string& path,
                               const MediaFile& media, const FiredFaults& fired, int& status);
  [[nodiscard]] bool play_instead(const HttpRequest& request, const FiredFaults& fired,
                                  Script& script, int& status) const;
  [[nodiscard]] Result<MediaFile> open(const std::string& path) const;

  const Options& options_;
  UrlSigner signer_;
  const TaskStore& tasks_;
  const RenderQueue& renders_;
  Faults& faults_;
  Stats& stats_;
  RequestLog& log_;
  std::string origin_;
  std::string canary_origin_;
  int canary_port_ = 0;
};

}  // namespace prompt::rehearsal
