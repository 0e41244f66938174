namespace RetinaSharp.Detection.Training;

/// <summary>
/// A learning rate schedule. The learning rate must depend only on the arguments of <see cref="GetLearningRate"/>, so that a resumed run continues the
/// schedule.
/// </summary>
public interface ILearningRateSchedule
{
    /// <summary>Returns the learning rate of a step.</summary>
    /// <param name="step">Index of the step in the run, from 0.</param>
    /// <param name="totalSteps">Number of steps of the whole run.</param>
    double GetLearningRate(long step, long totalSteps);
}
