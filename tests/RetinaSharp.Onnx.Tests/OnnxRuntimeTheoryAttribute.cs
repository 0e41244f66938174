namespace RetinaSharp.Onnx.Tests;

/// <summary>A theory that runs exported files; skipped where there is nothing to run them with.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OnnxRuntimeTheoryAttribute : TheoryAttribute
{
    public OnnxRuntimeTheoryAttribute() => Skip = OnnxRuntime.Missing;
}
