namespace RetinaSharp.Detection.Training;

/// <summary>The learning rate at every step. A function of its arguments alone, so that a resumed run continues it.</summary>
public interface ILearningRateSchedule
{
    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="totalSteps">Steps of the whole run.</param>
    double GetLearningRate(long step, long totalSteps);
}
