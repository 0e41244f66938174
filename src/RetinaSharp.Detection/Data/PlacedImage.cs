using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Data;

/// <summary>An image of a training sample.</summary>
/// <param name="Source">The image and its annotations.</param>
/// <param name="Pixels">The image after custom augmentations; null if there are none: then it is read when its pixels are written.</param>
/// <param name="Placement">Where it lies in the sample.</param>
/// <param name="Color">Its color change.</param>
internal sealed record PlacedImage(AnnotatedImage Source, Image? Pixels, ImagePlacement Placement, ColorJitter Color);
