// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/poll_schedule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

namespace prompt::job {
namespace {

using Milliseconds = std::chrono::milliseconds;

// ---- What is believed of the durations ----

/// The description's spread weighs like so many durations: that of a few durations is a rough
/// guess.
constexpr double weight_of_typical_spread = 1;
constexpr double default_sigma = 0.47;
constexpr double min_sigma = 0.1;
constexpr double max_sigma = 1.5;
constexpr double min_median_s = 0.05;
constexpr double max_median_s = 24 * 3600;
/// The 90 % quantile and the quartiles of the normal distribution.
constexpr double z_90 = 1.2815515655446004;
constexpr double z_75 = 0.6744897501960817;

// ---- The plan; its figures were found by simulation (docs/performance.md) ----

/// The prediction may be too long or too short by up to this factor.
constexpr double doubt_factor = 3;
/// The weight of a prediction that is too long, against one for a right prediction, by sigma. From
/// p90/p50 = 1.4 on (sigma 0.26) it is what keeps the lag of such tasks below 1.5 times that of the
/// fixed interval. The narrower the prediction the more of its gain this costs, and below 1.4 the
/// gain goes first.
struct Doubt {
  double sigma;
  double weight;
};
constexpr std::array doubts = {Doubt{0.205, 0.04}, Doubt{0.26, 0.18},   Doubt{0.39, 0.155},
                               Doubt{0.47, 0.115}, Doubt{0.615, 0.045}, Doubt{0.8, 0.03}};
/// What the polls of tasks that take longer than predicted count for in the price.
constexpr double weight_of_late_polls = 0.02;
/// The plan begins where hardly any task is done, even if the prediction is too long, and ends
/// where 99 % should be done.
constexpr double plan_begin_z = -2.6;
constexpr double plan_end_z = 2.326;
/// Quick failures should not have to wait for the first likely moment of completion.
constexpr double max_gap_in_averages = 6;
constexpr std::size_t cell_count = 256;
constexpr std::size_t max_planned_polls = 512;

struct Lognormal {
  double median_s;
  double sigma;

  [[nodiscard]] double z(double t_s) const { return std::log(t_s / median_s) / sigma; }
  [[nodiscard]] double mean_s() const { return median_s * std::exp(sigma * sigma / 2); }
};

double normal_cdf(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }

double normal_density(double z) {
  return std::exp(-z * z / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

/// The integral of normal_cdf() from minus infinity.
double normal_cdf_integral(double z) { return z * normal_cdf(z) + normal_density(z); }

double survival(const Lognormal& durations, double t_s) {
  return t_s <= 0 ? 1 : normal_cdf(-durations.z(t_s));
}

/// The mean of what remains at `t_s`, of tasks that still run then.
double mean_remaining_s(const Lognormal& durations, double t_s) {
  if (t_s <= 0) return durations.mean_s();
  const double z = durations.z(t_s);
  // Far out the quotient below becomes 0/0; the inverse of the hazard is what it tends to.
  if (z > 30) return durations.sigma * t_s / z;
  return durations.mean_s() * normal_cdf(durations.sigma - z) / normal_cdf(-z) - t_s;
}

Lognormal from_typical(const provider::TypicalTime& typical) {
  const double median_s =
      typical.p50_s > 0 ? std::clamp(typical.p50_s, min_median_s, max_median_s) : 60;
  const double ratio = typical.p90_s / typical.p50_s;
  const double sigma = ratio > 1 ? std::log(ratio) / z_90 : default_sigma;
  return {median_s, std::clamp(sigma, min_sigma, max_sigma)};
}

/// `share` of the sorted values lie below; between two values by interpolation.
double quantile(std::span<const double> sorted, double share) {
  const double position = share * static_cast<double>(sorted.size() + 1) - 1;
  const double below =
      std::clamp(std::floor(position), 0.0, static_cast<double>(sorted.size() - 2));
  const std::size_t index = static_cast<std::size_t>(below);
  return sorted[index] + (position - below) * (sorted[index + 1] - sorted[index]);
}

/// By median and quartiles: a job that was taken up a day late must not spoil the rest.
Lognormal fit(const provider::TypicalTime& typical, std::span<const double> history_s) {
  const Lognormal described = from_typical(typical);
  std::vector<double> logs;
  logs.reserve(history_s.size());
  for (const double value : history_s)
    if (std::isfinite(value) && value > 0) logs.push_back(std::log(value));
  if (logs.size() < PollSchedule::enough_history) return described;
  std::sort(logs.begin(), logs.end());
  const double count = static_cast<double>(logs.size());
  const double spread = (quantile(logs, 0.75) - quantile(logs, 0.25)) / (2 * z_75);
  const double variance =
      (count * spread * spread + weight_of_typical_spread * described.sigma * described.sigma) /
      (count + weight_of_typical_spread);
  return {std::clamp(std::exp(quantile(logs, 0.5)), min_median_s, max_median_s),
          std::clamp(std::sqrt(variance), min_sigma, max_sigma)};
}

double doubt_weight(double sigma) {
  if (sigma <= doubts.front().sigma) return doubts.front().weight;
  for (std::size_t i = 1; i < doubts.size(); ++i) {
    const Doubt& below = doubts[i - 1];
    const Doubt& above = doubts[i];
    if (sigma < above.sigma)
      return std::lerp(below.weight, above.weight,
                       (sigma - below.sigma) / (above.sigma - below.sigma));
  }
  return doubts.back().weight;
}

/// Finds the poll times for one distribution of durations.
class Planner {
 public:
  Planner(const Lognormal& durations, double average_s, double floor_s)
      : durations_(durations), average_s_(average_s), floor_s_(floor_s) {
    tabulate();
  }

  /// Seconds since acceptance, ascending, at least the floor apart.
  [[nodiscard]] std::vector<double> plan() const {
    const double wanted = fixed_polls();
    // The rate that the continuous mathematics asks for, as the middle of the search.
    double area = 0;
    for (std::size_t i = 0; i < cell_count; ++i)
      area += shape_[i] * (edges_s_[i + 1] - edges_s_[i]) * survival_[i];
    double low = wanted / area / 16;
    double high = wanted / area * 16;
    for (int i = 0; i < 24; ++i) {
      const double middle = std::sqrt(low * high);
      (expected_polls(place(middle)) > wanted ? high : low) = middle;
    }
    return place(low);
  }

 private:
  /// The rate up to its factor: sqrt(f/S), in which f and S stand for the prediction and, by their
  /// weights, for the same prediction being wrong. Half of the doubt is a prediction wrong by
  /// `doubt_factor`, half one wrong by any factor up to that (evenly spread in the logarithm).
  void tabulate() {
    const double reach = std::log(doubt_factor) / durations_.sigma;
    const double begin_z = plan_begin_z - reach;
    const double step = (plan_end_z - begin_z) / cell_count;
    const double doubt = doubt_weight(durations_.sigma);
    for (std::size_t i = 0; i <= cell_count; ++i) {
      const double z = begin_z + step * static_cast<double>(i);
      edges_s_[i] = durations_.median_s * std::exp(durations_.sigma * z);
      survival_[i] = normal_cdf(-z);
    }
    for (std::size_t i = 0; i < cell_count; ++i) {
      const double z = begin_z + step * (static_cast<double>(i) + 0.5);
      const double t_s = durations_.median_s * std::exp(durations_.sigma * z);
      const double too_long =
          normal_density(z + reach) / 2 + (normal_cdf(z + reach) - normal_cdf(z)) / (2 * reach);
      const double still_running_if_too_short =
          1 - (normal_cdf_integral(z) - normal_cdf_integral(z - reach)) / reach;
      const double density = (normal_density(z) + doubt * too_long) / (durations_.sigma * t_s);
      const double price = normal_cdf(-z) + weight_of_late_polls * still_running_if_too_short;
      shape_[i] = std::sqrt(density / price);
    }
  }

  /// The mean number of polls behind `t_s` at the average interval: the sum of the survival, which
  /// is nearly its integral.
  [[nodiscard]] double polls_behind(double t_s) const {
    return survival(durations_, t_s) * (mean_remaining_s(durations_, t_s) / average_s_ - 0.5);
  }

  /// The mean number of polls of a fixed schedule.
  [[nodiscard]] double fixed_polls() const {
    // While there are few polls per task, the sum is not its integral.
    constexpr int exact_terms = 100;
    double polls = 1;
    for (int i = 1; i <= exact_terms; ++i) polls += survival(durations_, i * average_s_);
    return polls + polls_behind(exact_terms * average_s_);
  }

  /// A poll is due whenever the integral of the rate has grown by one.
  [[nodiscard]] std::vector<double> place(double factor) const {
    constexpr double never_s = std::numeric_limits<double>::infinity();
    const double max_gap_s = max_gap_in_averages * average_s_;
    std::vector<double> polls;
    double due = 0;
    double last_s = 0;
    double now_s = 0;
    for (std::size_t i = 0; i < cell_count; ++i) {
      // The first cell reaches back to the acceptance.
      const double rate = i == 0 ? 0 : std::min(factor * shape_[i], 1 / floor_s_);
      while (polls.size() < max_planned_polls) {
        const double by_rate_s = rate > 0 ? now_s + (1 - due) / rate : never_s;
        const double poll_s = std::max(std::min(by_rate_s, last_s + max_gap_s), last_s + floor_s_);
        if (poll_s > edges_s_[i + 1]) break;
        polls.push_back(poll_s);
        last_s = now_s = poll_s;
        due = 0;
      }
      due += rate * (edges_s_[i + 1] - now_s);
      now_s = edges_s_[i + 1];
    }
    return polls;
  }

  /// The mean number of polls of a plan and of the fixed interval behind it: each is made if the
  /// task still ran at the one before.
  [[nodiscard]] double expected_polls(const std::vector<double>& polls) const {
    double expected = 1;
    std::size_t cell = 0;
    for (const double poll_s : polls) {
      while (cell + 1 < cell_count && edges_s_[cell + 1] < poll_s) ++cell;
      const double share = (poll_s - edges_s_[cell]) / (edges_s_[cell + 1] - edges_s_[cell]);
      expected += poll_s < edges_s_[0]
                      ? 1
                      : survival_[cell] + share * (survival_[cell + 1] - survival_[cell]);
    }
    return expected + polls_behind(polls.empty() ? 0 : polls.back());
  }

  const Lognormal durations_;
  const double average_s_;
  const double floor_s_;
  std::array<double, cell_count + 1> edges_s_{};   // of the cells, evenly spaced in log time
  std::array<double, cell_count + 1> survival_{};  // of the prediction, at the edges
  std::array<double, cell_count> shape_{};         // the rate over its factor, within the cells
};

double to_seconds(Milliseconds time) { return static_cast<double>(time.count()) / 1000; }

}  // namespace

PollSchedule::PollSchedule(const provider::Polling& polling, Milliseconds fixed,
                           const provider::TypicalTime& typical, std::span<const double> history_s)
    : floor_(std::max(polling.floor, Milliseconds(1))), late_interval_(std::max(fixed, floor_)) {
  const Lognormal durations = fit(typical, history_s);
  median_s_ = durations.median_s;
  sigma_ = durations.sigma;
}

PollSchedule::PollSchedule(const provider::Polling& polling, const provider::TypicalTime& typical,
                           std::span<const double> history_s)
    : PollSchedule(polling, polling.average, typical, history_s) {
  const std::vector<double> polls_s =
      Planner({median_s_, sigma_}, to_seconds(late_interval_), to_seconds(floor_)).plan();
  planned_polls_ms_.reserve(polls_s.size());
  std::int64_t last_ms = 0;
  for (const double poll_s : polls_s) {
    // What is rounded to milliseconds must still keep the floor.
    last_ms = std::max<std::int64_t>(std::llround(poll_s * 1000), last_ms + floor_.count());
    // The longest plan is that of the greatest median and sigma: 33 days, 32 bits hold 49.
    planned_polls_ms_.push_back(static_cast<std::uint32_t>(last_ms));
  }
}

Milliseconds PollSchedule::next(Milliseconds elapsed) const {
  // A poll that is due in a moment is the one that was just made: clocks and timers are not exact.
  const Milliseconds tolerance = floor_ / 8;
  const auto planned = std::upper_bound(planned_polls_ms_.begin(), planned_polls_ms_.end(),
                                        (elapsed + tolerance).count());
  if (planned == planned_polls_ms_.end()) return late_interval_;
  return std::max(Milliseconds(*planned) - elapsed, floor_);
}

Milliseconds PollSchedule::expected_remaining(Milliseconds elapsed) const {
  const double remaining_s = mean_remaining_s({median_s_, sigma_}, to_seconds(elapsed));
  return Milliseconds(std::max(1L, std::lround(remaining_s * 1000)));
}

bool PollSchedule::is_late(Milliseconds elapsed) const {
  return survival({median_s_, sigma_}, to_seconds(elapsed)) < 0.05;
}

double PollSchedule::expected_progress(Milliseconds elapsed) const {
  const double elapsed_s = to_seconds(elapsed);
  if (elapsed_s <= 0) return 0;
  const double remaining_s = mean_remaining_s({median_s_, sigma_}, elapsed_s);
  return std::min(elapsed_s / (elapsed_s + remaining_s), 0.99);
}

}  // namespace prompt::job
