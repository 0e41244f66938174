using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// A custom augmentation, applied to each training image before the built-in scaling, flips and color changes. Called concurrently from loader
/// threads, so it must be thread-safe.
/// </summary>
public interface IAugmentation
{
    /// <summary>Augments an image and its annotations together.</summary>
    /// <param name="image">
    /// The decoded image, possibly downscaled to the size that training needs. It is shared with other calls: return a new image instead of modifying it.
    /// </param>
    /// <param name="annotations">Annotations of the image, with boxes in pixels of <paramref name="image"/>.</param>
    /// <param name="random">
    /// Generator for all random choices. It depends only on the seed and the sample, so that a resumed run makes the same choices.
    /// </param>
    /// <returns>The augmented image, of any size, and its annotations. The caller clips the boxes to the image.</returns>
    (Image Image, IReadOnlyList<Annotation> Annotations) Apply(Image image, IReadOnlyList<Annotation> annotations, RandomStream random);
}
