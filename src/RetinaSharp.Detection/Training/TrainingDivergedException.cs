namespace RetinaSharp.Detection.Training;

/// <summary>Thrown if a loss or a gradient becomes infinite or NaN. The weights were not updated; the last saved checkpoint is valid.</summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="term">Name of the value that is not finite: classification loss, box loss, gradient or validation loss.</param>
    /// <param name="step">Number of the training step, from 1.</param>
    /// <param name="images">File names of the images of the step; none for a validation loss.</param>
    public TrainingDivergedException(string term, long step, IReadOnlyList<string> images)
        : base($"The {term} is not finite at step {step}{(images.Count == 0 ? "" : $", on {string.Join(", ", images)}")}. "
            + "The learning rate is probably too high. Try a lower learning rate, a longer warm-up or a smaller gradient norm.") =>
        (Term, Step, Images) = (term, step, images);

    /// <summary>Name of the value that is not finite: classification loss, box loss, gradient or validation loss.</summary>
    public string Term { get; }

    /// <summary>Number of the training step, from 1.</summary>
    public long Step { get; }

    /// <summary>File names of the images of the step in which the loss or gradient became non-finite; none for a validation loss.</summary>
    public IReadOnlyList<string> Images { get; }
}
