namespace RetinaSharp.Experiments.Reports;

/// <summary>A grid of pictures.</summary>
/// <param name="Pictures">The pictures, row by row.</param>
/// <param name="Columns">Pictures per row, at most 4, where those of a row belong together; 0: as many as fit.</param>
/// <param name="AreSmall">Whether they are shown narrow, so that more fit in a row.</param>
public sealed record PictureGrid(IReadOnlyList<Picture> Pictures, int Columns = 0, bool AreSmall = false) : ReportBlock;
