#include "vision.h"

#include <cmath>
#include <cstring>
#include <exception>
#include <limits>
#include <new>
#include <string>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "draw.h"
#include "image_size.h"

struct vision_image {
  cv::Mat bgr;
};

struct vision_bytes {
  std::vector<uint8_t> data;
};

namespace {

thread_local char last_error[512];

// Cannot throw, also when memory is short.
int32_t fail(vision_status status, const char* text) noexcept {
  std::strncpy(last_error, text, sizeof last_error - 1);
  return status;
}

template <typename Body>
int32_t guard(Body body) noexcept {
  try {
    return body();
  } catch (const cv::Exception& e) {
    if (e.code == cv::Error::StsNoMem) return fail(vision_out_of_memory, "not enough memory for the image");
    return fail(vision_failed, e.err.empty() ? e.what() : e.err.c_str());
  } catch (const std::bad_alloc&) {
    return fail(vision_out_of_memory, "not enough memory for the image");
  } catch (const std::exception& e) {
    return fail(vision_failed, e.what());
  } catch (...) {
    return fail(vision_failed, "unknown error");
  }
}

bool is_image(const void* pixels, int32_t width, int32_t height, int64_t stride) {
  return pixels && width > 0 && height > 0 && stride >= 3LL * width;
}

cv::Mat view(const uint8_t* rgb, int32_t width, int32_t height, int64_t stride) {
  return cv::Mat(height, width, CV_8UC3, const_cast<uint8_t*>(rgb), static_cast<size_t>(stride));
}

// Area averaging where a side shrinks to less than half, bilinear otherwise. Channel by channel, whatever their order.
void resize(const cv::Mat& source, cv::Mat& target) {
  const bool is_area = source.cols > 2LL * target.cols || source.rows > 2LL * target.rows;
  cv::resize(source, target, target.size(), 0, 0, is_area ? cv::INTER_AREA : cv::INTER_LINEAR);
}

// Turns an image upright: what EXIF orientation 2 to 8 says has been done to it is undone.
void turn(cv::Mat& image, int orientation) {
  cv::Mat turned;
  switch (orientation) {
    case 2: cv::flip(image, turned, 1); break;
    case 3: cv::rotate(image, turned, cv::ROTATE_180); break;
    case 4: cv::flip(image, turned, 0); break;
    case 5: cv::transpose(image, turned); break;
    case 6: cv::rotate(image, turned, cv::ROTATE_90_CLOCKWISE); break;
    case 7: {
      cv::Mat transposed;
      cv::transpose(image, transposed);
      cv::rotate(transposed, turned, cv::ROTATE_180);
      break;
    }
    case 8: cv::rotate(image, turned, cv::ROTATE_90_COUNTERCLOCKWISE); break;
    default: return;
  }
  image = turned;
}

}  // namespace

int32_t vision_abi_version() { return vision_abi; }

const char* vision_last_error() { return last_error; }

int32_t vision_start() {
  return guard([]() -> int32_t {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    cv::setNumThreads(1);
    return vision_ok;
  });
}

int32_t vision_set_threads(int32_t threads) {
  return guard([&]() -> int32_t {
    if (threads < 1) return fail(vision_bad_argument, "threads must be at least 1");
    cv::setNumThreads(threads);
    return vision_ok;
  });
}

int32_t vision_decode(const uint8_t* data, int64_t size, int32_t reduction, int64_t max_pixels, vision_image** image,
                      int32_t* width, int32_t* height) {
  return guard([&]() -> int32_t {
    if (!data || size <= 0 || size > std::numeric_limits<int>::max() || !image || !width || !height)
      return fail(vision_bad_argument, "no data, more than 2 GB of it, or no place for the result");
    const int flags = reduction == 1   ? cv::IMREAD_COLOR
                      : reduction == 2 ? cv::IMREAD_REDUCED_COLOR_2
                      : reduction == 4 ? cv::IMREAD_REDUCED_COLOR_4
                      : reduction == 8 ? cv::IMREAD_REDUCED_COLOR_8
                                       : -1;
    if (flags < 0) return fail(vision_bad_argument, "the reduction must be 1, 2, 4 or 8");

    const vision::ImageSize header = vision::read_image_size(data, static_cast<size_t>(size));
    if (header.format == vision::Format::unknown) return fail(vision_unknown_format, "is not JPEG, PNG, WebP, BMP or TIFF");
    if (header.width == 0 || header.height == 0)
      return fail(vision_damaged, "is damaged: its header gives no width and height");
    if (header.width > static_cast<uint64_t>(max_pixels) / header.height) {
      const std::string text = "has " + std::to_string(header.width) + " x " + std::to_string(header.height) +
                               " pixels, more than the limit of " + std::to_string(max_pixels);
      return fail(vision_too_large, text.c_str());
    }
    if (header.format == vision::Format::jpeg && !vision::jpeg_is_complete(data, static_cast<size_t>(size)))
      return fail(vision_damaged, "is cut off: the JPEG data has no end marker");
    // libpng and OpenCV would notice too, but say so on stderr, past everyone.
    if (header.format == vision::Format::png && !vision::png_is_complete(data, static_cast<size_t>(size)))
      return fail(vision_damaged, "is cut off: the PNG data has no end");
    if (header.format == vision::Format::webp && !vision::webp_is_complete(data, static_cast<size_t>(size)))
      return fail(vision_damaged, "is cut off: the WebP file is shorter than it says");

    const cv::Mat file(1, static_cast<int>(size), CV_8U, const_cast<uint8_t*>(data));
    // OpenCV turns what it decodes, but whether it does so for WebP depends on its version; WebP is turned here.
    const bool is_webp = header.format == vision::Format::webp;
    cv::Mat bgr = cv::imdecode(file, is_webp ? flags | cv::IMREAD_IGNORE_ORIENTATION : flags);
    if (bgr.empty() || bgr.type() != CV_8UC3) return fail(vision_damaged, "is damaged, or of a kind that OpenCV cannot decode");
    turn(bgr, header.webp_orientation);
    *width = bgr.cols;
    *height = bgr.rows;
    *image = new vision_image{bgr};
    return vision_ok;
  });
}

int32_t vision_image_copy(const vision_image* image, uint8_t* rgb, int32_t width, int32_t height, int64_t stride) {
  return guard([&]() -> int32_t {
    if (!image || !is_image(rgb, width, height, stride)) return fail(vision_bad_argument, "no image, or a stride below the width");
    cv::Mat target = view(rgb, width, height, stride);
    if (target.size() == image->bgr.size()) {
      cv::cvtColor(image->bgr, target, cv::COLOR_BGR2RGB);
    } else {
      resize(image->bgr, target);
      cv::cvtColor(target, target, cv::COLOR_BGR2RGB);
    }
    return vision_ok;
  });
}

void vision_image_free(vision_image* image) { delete image; }

int32_t vision_resize(const uint8_t* source, int32_t source_width, int32_t source_height, int64_t source_stride, uint8_t* target,
                      int32_t target_width, int32_t target_height, int64_t target_stride) {
  return guard([&]() -> int32_t {
    if (!is_image(source, source_width, source_height, source_stride) || !is_image(target, target_width, target_height, target_stride))
      return fail(vision_bad_argument, "no image, or a stride below the width");
    cv::Mat result = view(target, target_width, target_height, target_stride);
    resize(view(source, source_width, source_height, source_stride), result);
    return vision_ok;
  });
}

int32_t vision_draw(uint8_t* rgb, int32_t width, int32_t height, int64_t stride, int32_t count, const float* boxes,
                    const int32_t* colours, const char* texts, int64_t texts_size) {
  return guard([&]() -> int32_t {
    if (!is_image(rgb, width, height, stride) || count < 0 || (count > 0 && (!boxes || !colours || !texts)))
      return fail(vision_bad_argument, "no image, or no boxes");
    cv::Mat image = view(rgb, width, height, stride);
    const char* text = texts;
    const char* end = texts + texts_size;
    for (int32_t i = 0; i < count; i++) {
      const void* zero = text < end ? std::memchr(text, 0, end - text) : nullptr;
      if (!zero) return fail(vision_bad_argument, "fewer texts than boxes");
      const float* box = boxes + 4 * static_cast<size_t>(i);
      for (int side = 0; side < 4; side++)
        if (!std::isfinite(box[side])) return fail(vision_bad_argument, "a box is not finite");
      if (colours[i] < 0) return fail(vision_bad_argument, "a colour is negative");
      vision::draw_box(image, box, colours[i], text);
      text = static_cast<const char*>(zero) + 1;
    }
    return vision_ok;
  });
}

int32_t vision_encode(const uint8_t* rgb, int32_t width, int32_t height, int64_t stride, int32_t format, int32_t quality,
                      vision_bytes** bytes, int64_t* size) {
  return guard([&]() -> int32_t {
    if (!is_image(rgb, width, height, stride) || quality < 1 || quality > 100 || !bytes || !size)
      return fail(vision_bad_argument, "no image, or a quality outside 1 to 100");
    const char* extension = format == vision_jpeg ? ".jpg" : format == vision_png ? ".png" : format == vision_webp ? ".webp" : nullptr;
    if (!extension) return fail(vision_bad_argument, "unknown format");
    std::vector<int> options;
    if (format == vision_jpeg) options = {cv::IMWRITE_JPEG_QUALITY, quality};
    if (format == vision_webp) options = {cv::IMWRITE_WEBP_QUALITY, quality};

    cv::Mat bgr;
    cv::cvtColor(view(rgb, width, height, stride), bgr, cv::COLOR_RGB2BGR);
    std::vector<uint8_t> data;
    if (!cv::imencode(extension, bgr, data, options)) return fail(vision_failed, "OpenCV cannot encode the image");
    *size = static_cast<int64_t>(data.size());
    *bytes = new vision_bytes{std::move(data)};
    return vision_ok;
  });
}

int32_t vision_bytes_copy(const vision_bytes* bytes, uint8_t* target) {
  return guard([&]() -> int32_t {
    if (!bytes || !target) return fail(vision_bad_argument, "no bytes, or no place for them");
    std::memcpy(target, bytes->data.data(), bytes->data.size());
    return vision_ok;
  });
}

void vision_bytes_free(vision_bytes* bytes) { delete bytes; }
