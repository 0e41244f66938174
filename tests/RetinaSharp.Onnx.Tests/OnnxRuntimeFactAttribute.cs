namespace RetinaSharp.Onnx.Tests;

/// <summary>A test that runs exported files; skipped where there is nothing to run them with.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OnnxRuntimeFactAttribute : FactAttribute
{
    public OnnxRuntimeFactAttribute(bool needsSharedData = false) =>
        Skip = OnnxRuntime.Missing ?? (needsSharedData && !SharedData.IsThere ? "needs ../shared beside the checkout" : null);
}
