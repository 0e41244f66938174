namespace RetinaSharp.Detection.Training;

/// <summary>A loss or a gradient became infinite or NaN. The weights were not moved by it; the last ones saved are good.</summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="term">What became non-finite.</param>
    /// <param name="step">At which step, from 1.</param>
    /// <param name="images">On which images.</param>
    public TrainingDivergedException(string term, long step, IReadOnlyList<string> images)
        : base($"The {term} is not finite at step {step}, on {string.Join(", ", images)}. "
            + "The learning rate is probably too high. Try a lower learning rate, a longer warm-up or a smaller gradient norm.") =>
        (Term, Step, Images) = (term, step, images);

    /// <summary>What became non-finite: classification loss, box loss or gradient.</summary>
    public string Term { get; }

    /// <summary>At which step, from 1.</summary>
    public long Step { get; }

    /// <summary>On which images.</summary>
    public IReadOnlyList<string> Images { get; }
}
