namespace RetinaSharp.Evaluation;

/// <summary>COCO's ranges of area.</summary>
internal enum AreaRange
{
    All,
    Small,
    Medium,
    Large,
}
