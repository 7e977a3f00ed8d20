// Hinton, Vinyals & Dean (2015): teacher and student are softened alike, q = softmax(z/T), and the student
// matches the teacher: soft loss KL(teacher ‖ student)·T² (T² undoes the 1/T² in the gradients; `scale: none`
// leaves it out, `soft: cross-entropy` takes −Σ q_t ln q_s). The hard loss is −ln p of the true class, at
// T = 1. Together: α·soft + (1 − α)·hard. Probabilities p stand for the logits ln p.
import * as z from "zod"
import { join, math, type Rich, table, text } from "../../core/blocks.ts"
import * as classes from "../../core/classes.ts"
import * as field from "../../core/fields.ts"
import * as answer from "../../core/kind.ts"
import { defineKind, type Question, type Slips, type Solve } from "../../core/kind.ts"
import * as rule from "../../core/rules.ts"
import type { Vector } from "../../core/types.ts"
import { short } from "../../core/words.ts"
import { softmax } from "../../math/activation.ts"
import { weighted } from "../../math/distribution.ts"
import { entry, sum } from "../../math/linear.ts"
import { logWritten, vanishing } from "../../math/loss-working.ts"
import { logSoftmax, logsOf, lossMistakes, softmaxTable } from "../../math/softmax-loss.ts"

const given = z
  .strictObject({
    teacher: field.vector("the teacher's logits, shape (classes)"),
    student: field.vector("the student's logits, shape (classes)"),
    as: field.oneOf("what the two lists hold", ["logits", "probabilities"]).default("logits"),
    temperature: field.number("divides the logits, T", { above: 0 }).default(1),
    soft: field
      .oneOf("the soft loss: KL(teacher ‖ student), or the cross-entropy", ["kl", "cross-entropy"])
      .default("kl"),
    scale: field.oneOf("what the soft loss is multiplied by", ["T^2", "none"]).default("T^2"),
    classes: classes.classNames(),
    label: classes.label("true class, for the hard loss").optional(),
    alpha: field.number("share of the soft loss, α", { min: 0, max: 1 }).default(0.5),
  })
  .check(
    rule.match(["student", "length"], ["teacher", "length"], n => `the teacher has ${n}`),
    rule.match(["classes", "length"], ["teacher", "length"]),
    rule.across(["label", "classes", "teacher"], ({ label, teacher, ...others }) =>
      label === undefined
        ? undefined
        : classes.unknown(label, ["label"], others.classes, teacher.length),
    ),
    ...(["teacher", "student"] as const).map(name =>
      rule.across<Whole>([name, "as"], ({ as, [name]: values }) => {
        const total = sum(values)
        if (as === "logits") return undefined
        const negative = values.find(value => value < 0)
        const message =
          negative !== undefined
            ? `holds ${short(negative)}, which is no probability`
            : `must sum to 1, but it sums to ${short(total)}`
        if (negative === undefined && Math.abs(total - 1) <= 1e-9) return undefined
        return {
          path: [name],
          code: "distribution",
          message,
          hint: "write `as: logits` for scores",
        }
      }),
    ),
  )

interface Whole {
  as: "logits" | "probabilities"
  teacher: Vector
  student: Vector
}

const share = { min: 0, max: 1, optional: true }
const answers = {
  teacher_soft: answer.vector("softened probabilities of the teacher", share),
  student_soft: answer.vector("softened probabilities of the student", share),
  soft_loss: answer.number("soft loss", { min: 0, log: true }),
  hard_loss: answer.number("hard loss, −ln p of the true class", {
    min: 0,
    log: true,
    optional: true,
  }),
  loss: answer.number("both losses together", { min: 0, log: true, optional: true }),
}

const slips: Slips<typeof given> = {
  "the soft loss is not multiplied by T²": ({ scale, temperature }) =>
    scale === "T^2" && temperature !== 1 ? { scale: "none" } : undefined,
  "the soft loss is multiplied by T²": ({ scale, temperature }) =>
    scale === "none" && temperature !== 1 ? { scale: "T^2" } : undefined,
  "the soft loss is the cross-entropy": ({ soft }) =>
    soft === "kl" ? { soft: "cross-entropy" } : undefined,
  "the entropy of the teacher is subtracted, as for KL": ({ soft }) =>
    soft === "kl" ? undefined : { soft: "kl" },
  "α is the share of the hard loss": ({ label, alpha }) =>
    label === undefined || alpha === 0.5 ? undefined : { alpha: 1 - alpha },
}

const question: Question<typeof given> = ({ temperature: T, soft, scale, label, alpha }) => {
  const at = T === 1 ? text`` : text` at temperature T = ${T}`
  const name =
    soft === "kl" ? "KL(teacher ‖ student)" : "the cross-entropy with the teacher's probabilities"
  const times = T !== 1 && scale === "T^2" ? ", times T²" : ""
  const hard =
    label === undefined
      ? text``
      : text`, the hard loss for the true class ${label}, and α·soft + (1 − α)·hard with α = ${alpha}`
  return text`Distil the teacher into the student${at}: give the soft loss, ${name}${times}${hard}.`
}

const solve: Solve<typeof given, typeof answers> = (given, work) => {
  const { as, temperature: T, soft, scale, label, alpha } = given
  const names = classes.namesOf(given.classes, given.teacher.length)
  const logitsOf = (values: Vector) => (as === "logits" ? values : values.map(Math.log))
  const [teacher, student] = [logitsOf(given.teacher), logitsOf(given.student)]
  const [coolTeacher, coolStudent] = [teacher.map(z => z / T), student.map(z => z / T)]
  const isGiven = as === "probabilities" && T === 1
  const own = {
    teacher: isGiven ? given.teacher : softmax(coolTeacher),
    student: isGiven ? given.student : softmax(coolStudent),
  }

  const soften = (who: "teacher" | "student", z: Vector, cool: Vector, name: Rich) => {
    if (isGiven) return own[who]
    const q = work.answer(
      `${who}_soft`,
      own[who],
      T === 1
        ? {}
        : {
            "the temperature is left out": softmax(z),
            "the temperature multiplies the logits": softmax(z.map(each => each * T)),
          },
    )
    work.step(`${who === "teacher" ? "Teacher" : "Student"} at temperature T`, () => [
      ...(as === "probabilities" ? [text`The logarithms of the probabilities are logits z.`] : []),
      math`z = ${z}, \quad T = ${T}`,
      ...softmaxTable(
        T === 1
          ? { name: math`z`, value: cool }
          : { name: math`z/T`, value: cool, at: i => math`z_${i}/T` },
        { name, value: q },
        names,
      ),
    ])
    return q
  }
  const [symbolT, symbolS] = [math`q`, math`r`]
  const q = soften("teacher", teacher, coolTeacher, symbolT)
  const r = soften("student", student, coolStudent, symbolS)

  const [lnQ, lnR] = [logsOf(q, own.teacher, coolTeacher), logsOf(r, own.student, coolStudent)]
  const factor = scale === "T^2" ? T ** 2 : 1
  const divergence = (p: Vector, lnP: Vector, lnOther: Vector) =>
    factor *
    sum(
      weighted(
        p,
        lnP.map((log, i) => log - entry(lnOther, i)),
      ),
    )
  const terms =
    soft === "kl"
      ? weighted(
          q,
          lnQ.map((log, i) => log - entry(lnR, i)),
        )
      : weighted(
          q,
          lnR.map(log => 0 - log),
        )
  const softLoss = work.answer("soft_loss", Math.max(0, factor * sum(terms)), {
    ...(soft === "kl" && { "student and teacher are swapped in KL": divergence(r, lnR, lnQ) }),
    ...(soft !== "kl" && {
      "student and teacher are swapped":
        factor *
        sum(
          weighted(
            r,
            lnQ.map(log => 0 - log),
          ),
        ),
    }),
    "the terms are averaged over the classes": (factor * sum(terms)) / terms.length,
  })
  const [formula, head] =
    soft === "kl"
      ? [math`\sum_i q_i \ln \frac{q_i}{r_i}`, math`q \ln (q/r)`]
      : [math`-\sum_i q_i \ln r_i`, math`-q \ln r`]
  const times = factor === 1 ? math`` : math`T^2 \cdot `
  const numbers = terms.length <= 8 ? join(terms, " + ") : math`${sum(terms)}`
  work.step("Soft loss", () => [
    math`L_{\text{soft}} = ${times}${factor === 1 ? formula : math`(${formula})`}`,
    ...(isGiven ? [text`q are the probabilities of the teacher, r those of the student.`] : []),
    table(
      ["class", symbolT, symbolS, head],
      names.map((name, i) => [name, entry(q, i), entry(r, i), entry(terms, i)]),
    ),
    ...(q.includes(0) ? [text`Where q = 0 the term is 0.`] : []),
    math`L_{\text{soft}} = ${factor === 1 ? numbers : math`${T}^2 \cdot (${numbers})`} = ${softLoss}`,
  ])
  const y = label === undefined ? undefined : classes.placeOf(label, given.classes, names.length)
  if (y === undefined) return

  const ownHard = as === "logits" ? softmax(student) : given.student
  const p = T === 1 ? r : ownHard
  const hard = work.answer("hard_loss", 0 - entry(logsOf(p, ownHard, student), y), {
    ...lossMistakes(p, y, as === "logits" ? student : undefined),
    ...(T !== 1 && { "the temperature acts on the hard loss too": 0 - entry(lnR, y) }),
    "it is the teacher's": 0 - entry(logSoftmax(teacher), y),
  })
  work.step("Hard loss", () => [
    ...(T === 1 ? [] : [text`The student at T = 1:`]),
    ...(T === 1 || as !== "logits"
      ? []
      : softmaxTable({ name: math`z`, value: student }, { name: math`p`, value: p }, names)),
    math`L_{\text{hard}} = ${logWritten(math`${T === 1 ? symbolS : math`p`}_{${entry(names, y)}}`, { share: entry(p, y), loss: hard })}`,
    ...vanishing([entry(p, y)], [hard]),
  ])

  const loss = work.answer("loss", alpha * softLoss + (1 - alpha) * hard, {
    "the losses are added up without α": softLoss + hard,
  })
  work.step("Both losses", () => [
    math`L = \alpha\,L_{\text{soft}} + (1 - \alpha)\,L_{\text{hard}} = ${alpha} \cdot ${softLoss} + ${1 - alpha} \cdot ${hard} = ${loss}`,
  ])
}

export default defineKind({
  name: "distillation",
  topic: "training",
  title: "Distillation of a teacher into a student",
  given,
  answers,
  slips,
  question,
  solve,
})
