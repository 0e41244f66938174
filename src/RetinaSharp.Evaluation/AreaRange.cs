namespace RetinaSharp.Evaluation;

/// <summary>Area ranges of the COCO benchmark.</summary>
internal enum AreaRange
{
    All,
    Small,
    Medium,
    Large,
}
