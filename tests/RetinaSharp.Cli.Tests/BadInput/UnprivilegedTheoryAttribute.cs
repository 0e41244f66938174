using System.ComponentModel;

namespace RetinaSharp.Cli.Tests.BadInput;

/// <summary>A theory about files that may not be read; skipped where the tests run as root and cannot do without its rights.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnprivilegedTheoryAttribute : TheoryAttribute
{
    public UnprivilegedTheoryAttribute()
    {
        try
        {
            if (RealProcess.RunUnprivileged("true", []).Code != 0)
                Skip = "runs as root, which reads everything, and setpriv cannot change that";
        }
        catch (Win32Exception)
        {
            Skip = "runs as root, which reads everything, and there is no setpriv";
        }
    }
}
