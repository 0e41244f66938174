namespace RetinaSharp.Experiments.Reports;

/// <summary>Pictures beside each other.</summary>
/// <param name="Pictures">The pictures, row by row.</param>
/// <param name="Columns">Pictures in a row, where they belong together, up to 4; 0: as many as there is room for.</param>
/// <param name="AreSmall">Whether they are narrow, so that there is room for more in a row.</param>
public sealed record PictureGrid(IReadOnlyList<Picture> Pictures, int Columns = 0, bool AreSmall = false) : ReportBlock;
