using RetinaSharp.Detection.Training;

namespace RetinaSharp.Samples.CustomLoss;

/// <summary>Stops a run when the validation AP reaches a given value.</summary>
internal sealed class StopAtAP(double ap) : ITrainingCallback
{
    public void OnValidationEnd(int epoch, ValidationResult validation, TrainingControl control)
    {
        Console.WriteLine($"epoch {epoch}: AP {validation.Metrics.AP:F3}");
        if (validation.Metrics.AP >= ap)
            control.Stop($"AP reached {ap}");
    }
}
