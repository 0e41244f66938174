namespace RetinaSharp.Experiments.Runs;

/// <summary>Passes progress reports to a function, on the thread that reports. <see cref="Progress{T}"/> would pass them on later, on other threads.</summary>
internal sealed class ActionProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
