namespace RetinaSharp.Detection.Tests.Modeling;

/// <summary>Base of tests that create TorchSharp's own modules. Their constructors leave tensors to the finalizer, which must not run during the leak check of a later test.</summary>
public abstract class FinalizedTensors : IDisposable
{
    public virtual void Dispose()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.SuppressFinalize(this);
    }
}
