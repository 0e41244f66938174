namespace RetinaSharp.Detection.Training;

/// <summary>An epoch was done.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Epochs">Epochs of the whole training.</param>
/// <param name="Classification">Mean classification loss.</param>
/// <param name="Box">Mean box loss.</param>
/// <param name="Validation">Losses and COCO figures on the validation set; null without one.</param>
/// <param name="IsBest">Whether it has the best AP so far.</param>
/// <param name="Elapsed">Time trained, by all sessions of a training that was resumed.</param>
public sealed record TrainingEpoch(int Epoch, int Epochs, double Classification, double Box, ValidationResult? Validation, bool IsBest, TimeSpan Elapsed) : TrainingProgress;
