namespace RetinaSharp.Experiments.Reports;

/// <summary>Formats durations as readable text.</summary>
public static class Durations
{
    /// <summary>Formats a duration in its two largest units of hours, minutes and seconds: "2 h 05 min", "3 min 20 s", "41 s".</summary>
    /// <param name="time">The duration.</param>
    public static string Text(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => $"{(int)time.TotalHours} h {time.Minutes:00} min",
        { TotalMinutes: >= 1 } => $"{time.Minutes} min {time.Seconds:00} s",
        _ => $"{time.TotalSeconds:0} s",
    };
}
