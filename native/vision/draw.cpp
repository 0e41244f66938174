#include "draw.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

namespace vision {
namespace {

// Twenty colours (RGB) that stay apart from each other and from most photographs; classes beyond that begin anew.
const cv::Scalar palette[] = {
    {230, 25, 75},  {60, 180, 75},  {255, 225, 25}, {0, 130, 200},   {245, 130, 48}, {145, 30, 180}, {70, 240, 240},
    {240, 50, 230}, {210, 245, 60}, {250, 190, 190}, {0, 128, 128},  {230, 190, 255}, {170, 110, 40}, {255, 250, 200},
    {128, 0, 0},    {170, 255, 195}, {128, 128, 0}, {255, 215, 180}, {0, 0, 128},    {128, 128, 128},
};
constexpr int colours = sizeof palette / sizeof *palette;

constexpr int font = cv::FONT_HERSHEY_SIMPLEX;
constexpr double smallest_font = 0.35;

bool is_bright(const cv::Scalar& rgb) { return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] > 140; }

int inside(float value, int size) { return static_cast<int>(std::lround(std::clamp(value, 0.0f, static_cast<float>(size - 1)))); }

void draw_label(cv::Mat& rgb, const cv::Point& corner, const cv::Scalar& colour, const std::string& text, int line) {
  const int thickness = std::max(1, line - 1);
  double scale = std::max(0.4, line / 3.0);
  int baseline = 0;
  cv::Size size = cv::getTextSize(text, font, scale, thickness, &baseline);
  const int pad = line + 1;
  if (size.width + 2 * pad > rgb.cols && scale > smallest_font) {
    scale = std::max(smallest_font, scale * (rgb.cols - 2 * pad) / size.width);
    size = cv::getTextSize(text, font, scale, thickness, &baseline);
  }

  const int width = std::min(size.width + 2 * pad, rgb.cols);
  const int height = std::min(size.height + baseline + pad, rgb.rows);
  // Above the box where there is room, else from its upper edge down; then moved to lie within the image.
  const int left = std::clamp(corner.x - line / 2, 0, rgb.cols - width);
  const int top = std::clamp(corner.y >= height ? corner.y - height : corner.y, 0, rgb.rows - height);
  cv::rectangle(rgb, cv::Rect(left, top, width, height), colour, cv::FILLED);

  const cv::Scalar ink = is_bright(colour) ? cv::Scalar(0, 0, 0) : cv::Scalar(255, 255, 255);
  cv::Mat label = rgb(cv::Rect(left, top, width, height));
  cv::putText(label, text, cv::Point(pad, size.height + pad / 2), font, scale, ink, thickness, cv::LINE_AA);
}

}  // namespace

void draw_box(cv::Mat& rgb, const float* box, int colour, const std::string& text) {
  const cv::Scalar& paint = palette[colour % colours];
  const int line = std::max(1, static_cast<int>(std::lround((rgb.cols + rgb.rows) * 0.0015)));
  const cv::Point from(inside(box[0], rgb.cols), inside(box[1], rgb.rows));
  const cv::Point to(inside(box[2], rgb.cols), inside(box[3], rgb.rows));
  cv::rectangle(rgb, from, to, paint, line);
  if (!text.empty()) draw_label(rgb, from, paint, text, line);
}

}  // namespace vision
