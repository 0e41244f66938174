namespace RetinaSharp.Experiments.Reports;

/// <summary>Pictures of a report, arranged in a grid.</summary>
/// <param name="Pictures">The pictures, row by row.</param>
/// <param name="Columns">Number of pictures per row, at most 4; 0: as many as fit. Set it if the pictures of a row belong together.</param>
/// <param name="AreSmall">Whether the pictures are shown small, so that more fit in a row.</param>
public sealed record PictureGrid(IReadOnlyList<Picture> Pictures, int Columns = 0, bool AreSmall = false) : ReportBlock;
