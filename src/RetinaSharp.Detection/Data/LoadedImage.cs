using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Data;

/// <summary>An image of the dataset after custom augmentations.</summary>
/// <param name="Source">The image and its annotations.</param>
/// <param name="Pixels">The image; null if there are no custom augmentations: then it is read when its pixels are written.</param>
internal readonly record struct LoadedImage(AnnotatedImage Source, Image? Pixels);
