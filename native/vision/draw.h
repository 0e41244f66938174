#pragma once

#include <opencv2/core.hpp>

#include <string>

namespace vision {

// Draws one box into an RGB image, with a filled label that stays inside the image.
void draw_box(cv::Mat& rgb, const float* box, int colour, const std::string& text);

}  // namespace vision
