namespace RetinaSharp.Imaging;

/// <summary>An image of a <see cref="ContactSheet"/>.</summary>
/// <param name="Image">The image. It is scaled down if it is larger than a cell of the sheet, and never up.</param>
/// <param name="Caption">Text below the image, shortened in the middle if it is wider than a cell; empty for none.</param>
public sealed record SheetImage(Image Image, string Caption = "");
