using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Reports;

/// <summary>An image with ground truth and the detections of one model.</summary>
/// <param name="Source">The image.</param>
/// <param name="Run">Index of the model.</param>
/// <param name="Drawing">The drawing.</param>
/// <param name="Caption">Name of the model with its numbers of true and false positives.</param>
public sealed record RunDrawing(AnnotatedImage Source, int Run, Image Drawing, string Caption);
