// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Every value of every reply that a provider documents, replaced by each of a number, a string, a
// list and so on, or left out; every byte cut off or replaced: an error or a tolerated value, in
// range, never a crash (criticals are fatal here).
#include "fixture.h"

#include <cmath>

#include "base/text.h"
#include "json/path.h"
#include "json/write.h"
#include "provider/catalogue.h"

using namespace prompt;
using namespace prompt::provider;
using namespace prompt::provider::testing;

namespace {

enum class Kind { submit, status, result, list };

struct Sample {
  const char* provider;
  const char* model;
  Kind kind;
  int status;
  const char* reply;  // JSON, or a transcript's name
  Media media = Media::automatic;
};

const Sample samples[] = {
    {"vibegen", "seedance 2.0", Kind::submit, 201, "vibegen/create-201.reply.json"},
    {"vibegen", "seedance 2.0", Kind::submit, 400, "vibegen/create-400.reply.json"},
    {"vibegen", "seedance 2.0", Kind::submit, 401, "vibegen/create-401.reply.json"},
    {"vibegen", "seedance 2.0", Kind::submit, 402, "vibegen/create-402.reply.json"},
    {"vibegen", "seedance 2.0", Kind::status, 200, "vibegen/status-processing.reply.json"},
    {"vibegen", "seedance 2.0", Kind::status, 200, "vibegen/status-completed.reply.json"},
    {"vibegen", "seedance 2.0", Kind::status, 200, "vibegen/status-failed.reply.json"},
    {"vibegen", "seedance 2.0", Kind::status, 404, "vibegen/status-404.reply.json"},
    {"vibegen", "seedance 2.0", Kind::list, 200, "vibegen/list-200.reply.json"},
    {"omnivideo", "gpt-image-2", Kind::submit, 200, "omnivideo/create-200.reply.json"},
    {"omnivideo", "gpt-image-2", Kind::status, 200, "omnivideo/status-success.reply.json"},
    {"omnivideo", "gpt-image-2", Kind::submit, 200, R"({"code":0,"msg":"no"})"},
    {"vibetool", "nano-banana-pro", Kind::submit, 200, R"({"task_id":"img_1","status":"pending"})"},
    {"vibetool", "nano-banana-pro", Kind::status, 200,
     R"({"status":"completed","images":[{"url":"https://c.example/1.png"}],"error":null})"},
    {"vibetool", "veo", Kind::status, 200,
     R"({"task_id":"t-1","status":"completed","progress":100,"video_url":"https://c.example/v.mp4",
         "thumbnail_url":null,"duration":5,"error":null,"created_at":1763812800})"},
    {"vidgo", "gpt-4o-image", Kind::submit, 200,
     R"({"code":200,"data":{"task_id":"t-1","status":"not_started","created_time":"x"}})"},
    {"vidgo", "gpt-4o-image", Kind::status, 200, "vidgo/status-finished.reply.json"},
    {"vidgo-music", "generate-music", Kind::status, 200,
     R"({"code":200,"data":{"task_id":"t-1","status":"finished","files":[
         {"audio_id":"1","audio_url":"https://s.example/1.mp3","title":"One","duration":1.5}]}})"},
    {"vidgo", "generate-music", Kind::status, 200,
     R"({"code":200,"data":{"task_id":"t-1","status":"failed","files":[],"error_message":"No"}})"},
    {"vibetool", "nano-banana-pro", Kind::submit, 402, R"({"error":"Insufficient balance"})"},
    {"openai", "any", Kind::submit, 200,
     R"({"id":"video_1","object":"video","status":"queued","progress":0,"error":null})"},
    {"openai", "any", Kind::status, 200,
     R"({"id":"t-1","status":"completed","progress":100,"expires_at":1763812800})"},
    {"openai", "any", Kind::status, 200, R"({"id":"t-1","url":"https://c.example/v.mp4"})"},
    {"openai-json", "any", Kind::status, 200,
     R"({"id":"t-1","status":"failed","error":{"code":507,"message":"out of memory"}})"},
    {"openrouter", "a/b", Kind::submit, 202,
     R"({"id":"t-1","polling_url":"/api/v1/videos/t-1","status":"pending"})"},
    {"openrouter", "a/b", Kind::status, 200,
     R"({"id":"t-1","status":"completed","unsigned_urls":["https://c.example/content?index=0"],
         "usage":{"cost":0.25,"is_byok":false}})"},
    {"openrouter", "a/b", Kind::status, 404, R"({"error":{"code":404,"message":"Not found"}})"},
    {"fal", "a/b", Kind::submit, 200,
     R"({"status":"IN_QUEUE","request_id":"t-1","response_url":"https://queue.fal.run/a/requests/1",
         "status_url":"https://queue.fal.run/a/requests/1/status","queue_position":1,
         "cancel_url":"https://queue.fal.run/a/requests/1/cancel"})"},
    {"fal", "a/b", Kind::status, 202, R"({"status":"IN_PROGRESS","request_id":"t-1","logs":[]})"},
    {"fal", "a/b", Kind::result, 200, R"({"video":{"url":"https://fal.media/v.mp4"},"seed":1})"},
    {"fal", "a/b", Kind::result, 200,
     R"({"images":[{"url":"https://fal.media/1.png","width":64},{"url":"https://fal.media/2.png"}]})",
     Media::image},
    {"fal", "a/b", Kind::result, 200, R"({"audio":{"url":"https://fal.media/v.mp3"}})",
     Media::audio},
    {"fal", "a/b", Kind::result, 200,
     R"({"videos":["https://fal.media/1"],"video_url":"https://fal.media/2","video_file":{"url":"x"}})"},
    {"fal", "a/b", Kind::result, 200,
     R"({"image":"https://fal.media/1","image_url":"https://fal.media/2","image_file":{"url":"x"}})",
     Media::image},
    {"fal", "a/b", Kind::result, 200,
     R"({"audio_file":{"url":"x"},"audio_url":"https://fal.media/2","audios":["x"]})",
     Media::audio},
    {"fal", "a/b", Kind::result, 200,
     R"({"output":{"a":{"url":"https://fal.media/1"}},"outputs":[{"url":"x"}],"file":{"url":"x"}})"},
    {"fal", "a/b", Kind::result, 422,
     R"({"detail":[{"loc":["body","prompt"],"msg":"Policy","type":"content_policy_violation"}]})"},
    {"replicate", "a/b", Kind::submit, 201,
     R"({"id":"t-1","status":"starting","urls":{"get":"https://api.replicate.com/v1/predictions/1",
         "cancel":"https://api.replicate.com/v1/predictions/1/cancel"}})"},
    {"replicate", "a/b", Kind::status, 200,
     R"({"id":"t-1","status":"succeeded","output":["https://r.example/1.png"],"error":null,
         "data_removed":false,"urls":{"get":"https://api.replicate.com/v1/predictions/1",
         "cancel":"https://api.replicate.com/v1/predictions/1/cancel"}})"},
    {"replicate", "a/b", Kind::status, 200, R"({"id":"t-1","status":"failed","error":"NSFW"})"},
    {"replicate", "a/b", Kind::status, 200,
     R"({"id":"t-1","status":"succeeded","output":[["https://r.example/1.png"]]})"},
    {"replicate", "a/b", Kind::list, 200,
     R"({"results":[{"id":"p1","model":"a/b","version":"v","input":{"prompt":"a fox"},
         "status":"starting","created_at":"2026-12-01T00:00:00Z"}],"next":null})"},
    {"ark", "seedance", Kind::submit, 200, R"({"id":"cgt-20250801123456-abcde"})"},
    {"ark", "seedance", Kind::status, 200,
     R"({"id":"t-1","status":"succeeded","content":{"video_url":"https://v.example/v.mp4"},
         "usage":{"completion_tokens":108900}})"},
    {"ark", "seedance", Kind::status, 200,
     R"({"id":"t-1","status":"failed","error":{"code":"Sensitive","message":"no"}})"},
};

std::vector<std::optional<json::Value>> replacements() {
  json::Value deep{json::Array()};
  for (int i = 0; i < 50; ++i) deep = json::Value(json::Array{deep});
  json::Object object;
  object.set("url", json::Value("https://c.example/x"));
  return {std::nullopt,
          json::Value(),
          json::Value(true),
          json::Value(false),
          json::Value(0),
          json::Value(-3),
          json::Value(std::int64_t{9'223'372'036'854'775'807}),
          json::Value(1.5),
          json::Value(1e300),
          json::Value(""),
          json::Value("text with spaces % \u202e\u0007"),
          json::Value(std::string(20'000, 'a')),
          json::Value("../../x?y#z\r\nHost: a"),
          json::Value("file:///etc/passwd"),
          json::Value("https://me:secret@c.example/x"),
          json::Value("failed"),
          json::Value("4"),
          json::Value(json::Array()),
          json::Value(json::Array{json::Value("a"), json::Value(1)}),
          json::Value(json::Object()),
          json::Value(object),
          deep};
}

void assert_sane(const Error& error) {
  fail_unless(!error.message.empty() && error.message.size() < 2000);
  fail_unless(is_valid_utf8(error.message) && is_valid_utf8(error.code));
  fail_unless(error.message.find('\n') == std::string::npos);
  fail_unless(error.code.size() <= 64);
  fail_unless(error.kind != ErrorKind::settings, "%s", error.message.c_str());
}

void assert_sane_id(const std::string& id) {
  fail_unless(!id.empty() && id.size() <= 512);
  fail_unless(id.find_first_of("/?#% \r\n") == std::string::npos, "%s", id.c_str());
}

void assert_sane_credits(const std::optional<double>& credits) {
  if (credits) fail_unless(std::isfinite(*credits) && *credits >= 0 && *credits <= 1e12);
}

class Mutator {
 public:
  Mutator(const Sample& sample, Translator translator)
      : sample_(sample), translator_(std::move(translator)) {
    Request request;
    request.prompt = "a fox";
    request.model = sample.model;
    request.media = sample.media;
    request_ = checked(translator_.description(), request);
    const std::string source = sample.reply;
    root_ = read_json(source.front() == '{' ? source : transcript(source));
    for (const char* const name : {"id", "task_id"}) {
      const json::Value* const data = root_.find("data");
      for (const json::Value* const holder : {data, static_cast<const json::Value*>(&root_)}) {
        const json::Value* const id = holder != nullptr ? holder->find(name) : nullptr;
        if (id != nullptr && id->as_string() != nullptr) task_.id = *id->as_string();
      }
    }
    if (task_.id.empty()) task_.id = "t-1";
  }

  unsigned run() {
    check(root_);
    visit(root_);
    const std::string text = json::write(root_);
    // A sanitizer needs a minute for all of it; fuzz-reply goes on from here.
    const bool is_short =
        g_getenv("PROMPT_TEST_SANITIZED") != nullptr && g_getenv("PROMPT_TEST_LONG") == nullptr;
    const std::size_t step = is_short ? 1 + text.size() / 64 : 1;
    for (std::size_t at = 0; at < text.size(); at += step) {
      check_text(text.substr(0, at));
      for (const char c : std::string("\"{}[:0\xff")) {
        std::string broken = text;
        broken[at] = c;
        check_text(broken);
      }
    }
    return count_;
  }

 private:
  // Puts each replacement in the place of each value below `value`, one at a time.
  void visit(json::Value& value) {
    static const std::vector<std::optional<json::Value>> others = replacements();
    if (json::Object* const object = value.as_object()) {
      std::vector<std::string> names;
      for (const json::Member& member : *object) names.push_back(member.name);
      for (const std::string& name : names) {
        const json::Object whole = *object;
        for (const std::optional<json::Value>& other : others) {
          if (other)
            object->set(name, *other);
          else
            object->erase(name);
          check(root_);
          *object = whole;
        }
        visit(*object->find(name));
      }
    } else if (json::Array* const array = value.as_array()) {
      for (std::size_t i = 0; i < array->size(); ++i) {
        const json::Value whole = (*array)[i];
        for (const std::optional<json::Value>& other : others) {
          (*array)[i] = other.value_or(json::Value());
          check(root_);
        }
        (*array)[i] = whole;
        visit((*array)[i]);
      }
    }
  }

  void check(const json::Value& mutated) { check_text(json::write(mutated)); }

  void check_text(const std::string& body) {
    ++count_;
    const http::Reply reply = make_reply(sample_.status, body);
    if (sample_.kind == Kind::submit) return check_submit(reply);
    if (sample_.kind == Kind::status)
      return check_facts(translator_.read_status(request_, task_, reply));
    if (sample_.kind == Kind::result)
      return check_facts(translator_.read_result(request_, task_, reply));
    const Result<ListPage> page = translator_.read_list(request_, 0, reply);
    if (!page) return assert_sane(page.error());
    for (const ListedTask& task : page->tasks) assert_sane_id(task.id);
  }

  void check_submit(const http::Reply& reply) {
    const Result<SubmitFacts> facts = translator_.read_submit(request_, reply);
    if (!facts) {
      assert_sane(facts.error());
      fail_if(facts.error().maybe_billed && facts.error().retriable);
      // What looked like a success and cannot be read may have cost money.
      if (facts.error().kind == ErrorKind::malformed) fail_unless(facts.error().maybe_billed);
      return;
    }
    assert_sane_id(facts->task.id);
    assert_sane_credits(facts->credits);
    fail_unless(facts->provider_request_id.size() <= 128);
    // The next step must be possible with what was taken, unless it is an address that was spoilt.
    const Result<http::Request> next = translator_.status(request_, facts->task);
    if (!next && std::string_view(sample_.provider) == "fal") return;
    check_address(good(next).url);
  }

  // Whatever a reply says, the key goes to the API's own origin alone.
  void check_address(const std::string& url) {
    const std::string& base = translator_.base_url();
    const std::string origin = base.substr(0, base.find('/', base.find("://") + 3));
    const bool is_own = url == origin || url.rfind(origin + "/", 0) == 0;
    fail_unless(translator_.may_send_credential_to(url) == is_own, "%s", url.c_str());
  }

  void check_facts(const Result<StatusFacts>& facts) {
    if (!facts) return assert_sane(facts.error());
    assert_sane_credits(facts->credits);
    if (facts->progress) fail_unless(*facts->progress >= 0 && *facts->progress <= 1);
    fail_unless(facts->provider_word.size() <= 64 && is_valid_utf8(facts->provider_word));
    const bool has_failed =
        facts->state == TaskState::failed || facts->state == TaskState::cancelled;
    fail_unless(facts->failure.has_value() == has_failed);
    if (facts->failure) assert_sane(*facts->failure);
    for (const MediaResult& result : facts->results) {
      fail_unless(facts->state == TaskState::ready);
      fail_if(result.url.empty());
      if (result.needs_credential) fail_unless(translator_.may_send_credential_to(result.url));
      if (translator_.may_send_credential_to(result.url)) check_address(result.url);
      fail_unless(is_valid_utf8(result.title) && result.title.size() <= 256);
    }
  }

  const Sample& sample_;
  Translator translator_;
  Request request_;
  Task task_;
  json::Value root_;
  unsigned count_ = 0;
};

}  // namespace

GST_START_TEST(any_value_anywhere_is_an_error_or_tolerated) {
  const Sample& sample = samples[__i__];
  const auto description = shipped(sample.provider);
  Mutator mutator(sample, Translator(description, description->base_url.empty()
                                                      ? std::string("https://your-site.com")
                                                      : description->base_url));
  const unsigned count = mutator.run();
  fail_unless(count >= 200, "only %u mutations", count);
}
GST_END_TEST

// Whether a sample of this provider's and kind has something at one of the paths.
bool is_in_a_sample(const std::string& provider, Kind kind, const json::Paths& paths) {
  for (const Sample& sample : samples) {
    if (provider != sample.provider || sample.kind != kind) continue;
    const std::string source = sample.reply;
    json::Value root = read_json(source.front() == '{' ? source : transcript(source));
    for (const json::Path& path : paths) {
      if (path.first(root) != nullptr) return true;
      // Of a list and of results the paths begin at an item.
      for (const char* const list :
           {"data.tasks[*]", "data.files[*]", "images[*]", "results[*]", "video"})
        for (const json::Value* item : good(json::Path::parse(list)).all(root))
          if (path.first(*item) != nullptr) return true;
    }
  }
  return false;
}

// Appends what no sample has.
void check_sampled(const Description& description, Kind kind, const char* what,
                   const json::Paths& paths, std::string& missing) {
  if (paths.empty()) return;
  const std::string& id = description.id;
  // Two descriptions of one service read the same replies.
  const std::string twin = id == "openai" ? "openai-json" : id.substr(0, id.find('-'));
  if (is_in_a_sample(id, kind, paths) || is_in_a_sample(twin, kind, paths)) return;
  missing += id + "'s " + what + " at " + paths.front().text() + "; ";
}

GST_START_TEST(every_path_that_is_read_is_in_a_sample) {
  const Catalogue catalogue = Catalogue::load(std::vector<std::string>());
  const std::pair<OperationKind, Kind> kinds[] = {{OperationKind::submit, Kind::submit},
                                                  {OperationKind::status, Kind::status},
                                                  {OperationKind::result, Kind::result},
                                                  {OperationKind::list, Kind::list}};
  std::string missing;
  for (const Catalogue::Entry& entry : catalogue.entries()) {
    const Description& description = *entry.description;
    for (const auto& [operations, kind] : kinds) {
      for (const Operation& operation : description.operations.of(operations)) {
        const auto sampled = [&, kind = kind](const char* what, const json::Paths& paths) {
          check_sampled(description, kind, what, paths, missing);
        };
        const Reading& reading = operation.reply;
        sampled("id", reading.id);
        sampled("state", reading.state);
        sampled("credits", reading.credits);
        sampled("request id", reading.request_id);
        if (reading.progress) sampled("progress", reading.progress->at);
        sampled("failure's code", reading.failure_code);
        sampled("failure's message", reading.failure_message);
        for (const auto& [name, paths] : reading.capture) sampled(name.c_str(), paths);
        for (const ResultRule& rule : reading.results)
          sampled("result", rule.items ? json::Paths{*rule.items} : rule.url);
        sampled("model", reading.model);
        sampled("prompt", reading.prompt);
        sampled("task type", reading.task_type);
        if (reading.created_at) sampled("time", reading.created_at->at);
        sampled("total", reading.total);
      }
    }
  }
  fail_unless(missing.empty(), "no sample has %s", missing.c_str());
}
GST_END_TEST

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  Suite* const suite = suite_create("mutations");
  TCase* const chain = tcase_create("mutations");
  suite_add_tcase(suite, chain);
  tcase_add_loop_test(chain, any_value_anywhere_is_an_error_or_tolerated, 0, G_N_ELEMENTS(samples));
  tcase_add_test(chain, every_path_that_is_read_is_in_a_sample);
  return gst_check_run_suite(suite, "mutations", __FILE__);
}
