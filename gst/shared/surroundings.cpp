// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/surroundings.h"

#include <string_view>
#include <vector>

#include "base/ref.h"

namespace prompt::element {
namespace {

using Object = Ref<GstObject>;

Object parent_of(GstObject* object) { return Object::adopt(gst_object_get_parent(object)); }

bool is_demuxer(GstObject* object) {
  if (!GST_IS_ELEMENT(object)) return false;
  const char* klass =
      gst_element_class_get_metadata(GST_ELEMENT_GET_CLASS(object), GST_ELEMENT_METADATA_KLASS);
  // "Demux" alone is how gesdemux, which opens what an editing list names, spells it.
  return klass != nullptr && std::string_view(klass).find("Demux") != std::string_view::npos;
}

}  // namespace

GstPadMode mode_of(GstPad* pad) {
  GST_OBJECT_LOCK(pad);
  const GstPadMode mode = GST_PAD_MODE(pad);
  GST_OBJECT_UNLOCK(pad);
  return mode;
}

bool is_linked(GstPad* pad) {
  Ref<GstPad> peer = Ref<GstPad>::adopt(gst_pad_get_peer(pad));
  while (peer && GST_IS_PROXY_PAD(peer.get())) {
    // The inner side of a ghost pad leads to the ghost pad's own peer, and the other way round.
    const auto other =
        Ref<GstProxyPad>::adopt(gst_proxy_pad_get_internal(GST_PROXY_PAD(peer.get())));
    if (!other) return false;
    peer = Ref<GstPad>::adopt(gst_pad_get_peer(GST_PAD_CAST(other.get())));
  }
  return static_cast<bool>(peer);
}

bool is_in_pipeline(GstElement* element) {
  Object top = Object::share(GST_OBJECT_CAST(element));
  while (Object above = parent_of(top.get())) top = std::move(above);
  return GST_IS_PIPELINE(top.get());
}

std::string demuxer_around(GstElement* element) {
  for (Object above = parent_of(GST_OBJECT_CAST(element)); above; above = parent_of(above.get())) {
    if (!is_demuxer(above.get())) continue;
    const OwnedString name(gst_object_get_name(above.get()));
    return name ? name.get() : "a demuxer";
  }
  return {};
}

void post_message(GstElement* element, GstMessage* message) {
  std::vector<Object> kept;
  for (Object above = parent_of(GST_OBJECT_CAST(element)); above; above = parent_of(above.get()))
    kept.push_back(above);
  gst_element_post_message(element, message);
}

}  // namespace prompt::element
