using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Chooses the number of epochs by the number of optimizer steps. A neck and heads that start from random weights need a number of steps, however few images there
/// are: with 130 images and batches of 4, the 24 epochs of <see cref="Presets.Pretrained"/> are only 768 steps.
/// </summary>
public static class EpochCount
{
    /// <summary>Number of steps that new heads on a pretrained backbone need for boxes that fit, as measured with <see cref="Presets.Pretrained"/>.</summary>
    public const int MinSteps = 3000;

    /// <summary>Returns the settings with as many epochs as <see cref="MinSteps"/> needs, if they have fewer.</summary>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="train">The training images.</param>
    /// <exception cref="DatasetException">There are no images, or the size of one that is to be sliced is unknown.</exception>
    public static RunSettings Raise(RunSettings settings, DetectionDataset train)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(train);
        if (train.Images.Count == 0)
            throw new DatasetException(train.Source, "", "has no images to train on");
        var stepsPerEpoch = settings.Training.GetStepsPerEpoch(TrainingSamples.Create(train, settings));
        return settings with { Training = settings.Training with { Epochs = Math.Max(settings.Training.Epochs, GetMinEpochs(stepsPerEpoch)) } };
    }

    /// <summary>Returns the smallest number of epochs that have <see cref="MinSteps"/>.</summary>
    /// <param name="stepsPerEpoch">Number of optimizer steps of an epoch.</param>
    internal static int GetMinEpochs(int stepsPerEpoch) => (MinSteps + stepsPerEpoch - 1) / stepsPerEpoch;
}
