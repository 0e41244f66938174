using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Reports;

/// <summary>A drawing of an image with its ground truth and the detections of one model.</summary>
/// <param name="Source">The annotated image.</param>
/// <param name="Run">Index of the model among those given to <see cref="RunDifferences"/>.</param>
/// <param name="Drawing">The drawing.</param>
/// <param name="Caption">Name of the model with its numbers of true and false positives.</param>
public sealed record RunDrawing(AnnotatedImage Source, int Run, Image Drawing, string Caption);
