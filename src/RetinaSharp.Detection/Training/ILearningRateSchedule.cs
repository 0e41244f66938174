namespace RetinaSharp.Detection.Training;

/// <summary>A learning rate schedule. The result must depend on the arguments only, so that a resumed run continues the schedule.</summary>
public interface ILearningRateSchedule
{
    /// <summary>Returns the learning rate of a step.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="totalSteps">Number of steps of the whole run.</param>
    double GetLearningRate(long step, long totalSteps);
}
