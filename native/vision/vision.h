// The C ABI of libretinasharp_vision: OpenCV's codecs, resize and drawing for RetinaSharp.Imaging.
// Pixels are RGB, 8 bits, rows of `stride` bytes. No C++ exception crosses this border: functions return a status, and
// vision_last_error() says in words what went wrong in the last call of this thread that failed.
#pragma once

#include <cstdint>

#define VISION_API extern "C" __attribute__((visibility("default")))

// Raised whenever a signature or a meaning below changes; the managed side refuses any other version.
constexpr int32_t vision_abi = 2;

enum vision_status : int32_t {
  vision_ok = 0,
  vision_bad_argument = 1,
  vision_unknown_format = 2,
  vision_too_large = 3,
  vision_damaged = 4,
  vision_out_of_memory = 5,
  vision_failed = 6,
};

enum vision_format : int32_t { vision_jpeg = 0, vision_png = 1, vision_webp = 2 };

struct vision_image;
struct vision_bytes;

VISION_API int32_t vision_abi_version();
VISION_API const char* vision_last_error();

// To be called once, before anything below: no log lines from OpenCV (errors come back as text), and one thread a call.
VISION_API int32_t vision_start();

// Threads that one call of OpenCV may use; for the whole process.
VISION_API int32_t vision_set_threads(int32_t threads);

// Decodes JPEG, PNG, WebP, BMP or TIFF, turned upright by its EXIF orientation. The size in the file's header is held against
// `max_pixels` before anything is decoded. `reduction` is 1, 2, 4 or 8. The image is freed with vision_image_free.
VISION_API int32_t vision_decode(const uint8_t* data, int64_t size, int32_t reduction, int64_t max_pixels,
                                 vision_image** image, int32_t* width, int32_t* height);
// Scaled as vision_resize does, where the size is another.
VISION_API int32_t vision_image_copy(const vision_image* image, uint8_t* rgb, int32_t width, int32_t height, int64_t stride);
VISION_API void vision_image_free(vision_image* image);

// Area averaging where a side shrinks to less than half, bilinear otherwise.
VISION_API int32_t vision_resize(const uint8_t* source, int32_t source_width, int32_t source_height, int64_t source_stride,
                                 uint8_t* target, int32_t target_width, int32_t target_height, int64_t target_stride);

// Draws `count` boxes (x1, y1, x2, y2 each) with their labels: `texts` holds that many zero-terminated strings, one after another.
VISION_API int32_t vision_draw(uint8_t* rgb, int32_t width, int32_t height, int64_t stride, int32_t count, const float* boxes,
                               const int32_t* colours, const char* texts, int64_t texts_size);

// `quality` is 1 to 100, for JPEG and WebP. The bytes are freed with vision_bytes_free.
VISION_API int32_t vision_encode(const uint8_t* rgb, int32_t width, int32_t height, int64_t stride, int32_t format,
                                 int32_t quality, vision_bytes** bytes, int64_t* size);
VISION_API int32_t vision_bytes_copy(const vision_bytes* bytes, uint8_t* target);
VISION_API void vision_bytes_free(vision_bytes* bytes);
