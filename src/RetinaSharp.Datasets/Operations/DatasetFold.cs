namespace RetinaSharp.Datasets.Operations;

/// <summary>One fold of a cross-validation.</summary>
/// <param name="Train">The images of all other folds.</param>
/// <param name="Val">The images of this fold.</param>
public sealed record DatasetFold(DetectionDataset Train, DetectionDataset Val);
