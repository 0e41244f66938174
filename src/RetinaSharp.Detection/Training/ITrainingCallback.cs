namespace RetinaSharp.Detection.Training;

/// <summary>
/// Receives the events of a training run, on the training thread. Every method can stop the run through <see cref="TrainingControl"/>. An exception ends the
/// run; the last checkpoint is kept.
/// </summary>
public interface ITrainingCallback
{
    /// <summary>Called after every optimizer step.</summary>
    /// <param name="step">Losses and learning rate of the step.</param>
    /// <param name="control">Can stop the run.</param>
    void OnStepEnd(StepResult step, TrainingControl control)
    {
    }

    /// <summary>Called after every validation, before the epoch's files are written.</summary>
    /// <param name="epoch">Number of the epoch, from 1.</param>
    /// <param name="validation">Losses and COCO metrics on the validation set.</param>
    /// <param name="control">Can stop the run.</param>
    void OnValidationEnd(int epoch, ValidationResult validation, TrainingControl control)
    {
    }

    /// <summary>Called after every epoch, after the epoch's weights and metrics were written.</summary>
    /// <param name="epoch">Losses, validation metrics and statistics of the epoch.</param>
    /// <param name="control">Can stop the run.</param>
    void OnEpochEnd(TrainingEpoch epoch, TrainingControl control)
    {
    }
}
