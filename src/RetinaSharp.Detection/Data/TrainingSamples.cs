using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Data;

/// <summary>The samples of an epoch: what <see cref="TrainingLoader"/> loads.</summary>
public static class TrainingSamples
{
    /// <summary>
    /// Returns the images of a dataset; with <see cref="RunSettings.Tile"/>, each whole image, its slices with objects, and as many slices without objects, which
    /// the seed chooses. A slice has the id and file name of its image, and a <see cref="AnnotatedImage.Crop"/>.
    /// </summary>
    /// <param name="dataset">The images, whose sizes must be known if they are sliced.</param>
    /// <param name="settings">The settings of training.</param>
    /// <exception cref="DatasetException">The size of an image that is to be sliced is unknown.</exception>
    public static DetectionDataset Create(DetectionDataset dataset, RunSettings settings)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(settings);
        return TrainingTiles.Create(settings) is { } tiles ? tiles.Slice(dataset) : dataset;
    }
}
