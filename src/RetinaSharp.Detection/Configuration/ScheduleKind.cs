namespace RetinaSharp.Detection.Configuration;

/// <summary>Learning rate schedule after the warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>Divides the learning rate by 10 at each of <see cref="TrainingSettings.Milestones"/>.</summary>
    Step,

    /// <summary>Cosine annealing to 0.</summary>
    Cosine,

    /// <summary>Polynomial decay to 0: (1 - progress) to the power <see cref="TrainingSettings.PolynomialPower"/>.</summary>
    Polynomial,

    /// <summary>
    /// One cycle (Smith and Topin, arXiv 1708.07120), as PyTorch's OneCycleLR: the learning rate rises from 1/25 of its value to its value over the first 30 %
    /// of the steps, then falls to 1/250,000 of it, both as cosines. It has no other warm-up.
    /// </summary>
    OneCycle,

    /// <summary>
    /// Constant, and divided by 10 whenever the validation AP has not improved for <see cref="TrainingSettings.PlateauPatience"/> epochs. Needs a validation set.
    /// </summary>
    Plateau,
}
