namespace RetinaSharp.Detection.Assignment;

/// <summary>How anchors are assigned to ground-truth boxes.</summary>
public enum AssignerKind
{
    /// <summary>By IoU thresholds, as in the focal loss paper. See <see cref="IouAssigner"/>.</summary>
    Iou,

    /// <summary>By an IoU threshold that is computed for each ground-truth box (ATSS). See <see cref="AtssAssigner"/>.</summary>
    Atss,

    /// <summary>By the position of the anchor's center within the ground-truth box and the size of the box (FCOS). See <see cref="CenterAssigner"/>.</summary>
    Center,

    /// <summary>By the alignment of the predicted score and box with the ground-truth box (TOOD). See <see cref="TaskAlignedAssigner"/>.</summary>
    TaskAligned,

    /// <summary>By the lowest cost of the prediction, with a number of anchors that is computed for each ground-truth box (YOLOX). See <see cref="SimOtaAssigner"/>.</summary>
    SimOta,
}
