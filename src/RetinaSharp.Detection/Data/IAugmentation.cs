using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// An augmentation of the application's own. It runs on each training image before the built-in scaling, flips and color changes. Loader threads call it
/// at the same time.
/// </summary>
public interface IAugmentation
{
    /// <summary>Augments an image and its annotations together.</summary>
    /// <param name="image">The decoded image, perhaps already reduced to the size that training needs. Shared with other calls: create another one instead of changing it.</param>
    /// <param name="annotations">Its annotations, with boxes in pixels of <paramref name="image"/>.</param>
    /// <param name="random">Source of all random draws, so that a resumed run repeats them.</param>
    /// <returns>The augmented image, of any size, and its annotations. Boxes are clipped to the image afterwards.</returns>
    (Image Image, IReadOnlyList<Annotation> Annotations) Apply(Image image, IReadOnlyList<Annotation> annotations, RandomStream random);
}
