// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Those who opened a job. The job is shared by all who ask for the same; permission to pay, a cap,
// a key and the wish for another clip are not: each brings its own, and one who may not pay never
// spoils it for one who may. A permission outlives who gave it: a job goes on when its elements
// have gone.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "job/endpoint.h"

namespace prompt::job {

/// What one who opens a job may do. Constant once given.
struct Permission {
  std::shared_ptr<Endpoint> endpoint;  ///< With this opener's key.
  /// There is no usable key: an error for whoever has to send something; a clip of the library
  /// plays without.
  std::optional<Error> key_error;
  /// Added to the error of a refused key: that it looks like another provider's.
  std::string key_hint;
  /// The request cannot be sent, whoever pays; what the library has of it plays.
  std::optional<Error> refusal;
  bool refresh = false;    ///< Pay for a new one although there is a clip.
  bool newest = false;     ///< Wait for the one that was ordered, although there is a clip.
  bool never_pay = false;  ///< cache=only
  double max_credits = 0;  ///< 0: no cap.
};

class Openers {
 public:
  class Opener {
   public:
    explicit Opener(Permission permission) : permission_(std::move(permission)) {}
    [[nodiscard]] const Permission& permission() const { return permission_; }

   private:
    friend class Openers;
    [[nodiscard]] bool wants_newest() const { return permission_.refresh || permission_.newest; }
    const Permission permission_;
    // Guarded by Openers::mutex_.
    std::optional<Error> refused_;
    bool is_here_ = true;
  };
  using OpenerPtr = std::shared_ptr<Opener>;
  /// Why this opener's money may not be spent; nothing: it may.
  using Reason = std::function<std::optional<Error>(const Permission&)>;

  // ---- Any thread ----

  /// Another one. nullptr if it has to get a job of its own: this one has ended, or plays an old
  /// clip, and a new one is wanted.
  [[nodiscard]] OpenerPtr add(Permission permission);
  /// It has gone. True if nobody is left who waits for the job, and it was not refused itself.
  [[nodiscard]] bool remove(const Opener& opener);
  /// Why it was refused, while the job may go on for others.
  [[nodiscard]] std::optional<Error> refusal(const Opener& opener) const;

  // ---- The job, on its loop thread ----

  /// Whether one of them would pay: not all have cache=only.
  [[nodiscard]] bool is_anybody_willing() const;
  /// Whether one of them wants a new clip.
  [[nodiscard]] bool is_refresh_wanted() const;
  /// Whether one of them waits for what an order brings, be it given now or before.
  [[nodiscard]] bool is_newest_wanted() const;
  /// Whether somebody is here who would play any clip of the request.
  [[nodiscard]] bool has_waiting_for_any() const;
  /// Those who want the newest one are told why it does not come; the others go on waiting.
  void refuse_newest(const Error& why);
  /// The first whose money may be spent (with `for_refresh`: of those who want a new clip). If
  /// there is none, those who were asked are refused, each with its own reason; and if nobody else
  /// is left, no other can join and get a refusal that is not its own.
  [[nodiscard]] OpenerPtr find_payer(const Reason& reason, bool for_refresh);
  /// Who came first.
  [[nodiscard]] OpenerPtr first() const;
  /// One who has a key, other than those whose endpoints were `tried` (by their identity).
  [[nodiscard]] OpenerPtr find_key(const std::vector<std::string>& tried) const;
  /// The reason of the first who was refused; only after find_payer() found nobody.
  [[nodiscard]] Error first_refusal() const;
  /// Whether somebody may still wait: at least one was not refused.
  [[nodiscard]] bool has_waiting() const;
  /// Whether find_payer() would find somebody.
  [[nodiscard]] bool has_payer(const Reason& reason) const;
  /// A finished clip is about to be played: who comes and wants a new one gets a job of its own.
  /// False, and nothing has changed, if somebody is here who does.
  [[nodiscard]] bool play_finished();
  /// The same for the end of the job with an error that is no opener's own.
  [[nodiscard]] bool close_unless_refresh_is_wanted();
  /// The job has ended: with a clip, or with an error.
  void end_with_clip();
  void close();

 private:
  enum class Joining { open, finished, closed };
  [[nodiscard]] bool has_waiting_unlocked() const;
  [[nodiscard]] bool is_refresh_wanted_unlocked() const;

  mutable std::mutex mutex_;
  std::vector<OpenerPtr> openers_;   // guarded by mutex_; in their order
  Joining joining_ = Joining::open;  // guarded by mutex_
};

}  // namespace prompt::job
